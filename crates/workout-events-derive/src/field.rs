//! One field of a struct: what it is to the contract, its shape and its checks.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Error, GenericArgument, Ident, PathArguments, Result, Type, Visibility};

use crate::attributes::{FieldArguments, Range};

/// The largest integer that every JSON reader keeps exactly.
const SAFE: i64 = (1 << 53) - 1;

/// One field, understood.
pub(crate) struct Field<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ty: &'i Type,
    pub(crate) arguments: FieldArguments,
    /// The type without `Option` and `Vec`.
    pub(crate) inner: &'i Type,
    pub(crate) optional: bool,
    pub(crate) list: bool,
    pub(crate) kind: Kind,
}

/// What the innermost type is to the contract.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Integer,
    Boolean,
    Text,
    /// A type with a contract of its own.
    Nested,
}

impl<'i> Field<'i> {
    pub(crate) fn parse(field: &'i syn::Field) -> Result<Self> {
        let ident = field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "the field needs a name"))?;
        let (arguments, attrs) = FieldArguments::take(&field.attrs)?;
        let (inner, optional) = peel(&field.ty, "Option");
        let (inner, list) = peel(inner, "Vec");
        if optional && list {
            return Err(Error::new_spanned(&field.ty, "an absent list is an empty one; write `Vec`"));
        }
        let kind = match inner.to_token_stream().to_string().as_str() {
            "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" => Kind::Integer,
            "bool" => Kind::Boolean,
            "String" => Kind::Text,
            "f32" | "f64" => {
                return Err(Error::new_spanned(inner, "sums of floats depend on their order; use an integer unit"));
            }
            _ => Kind::Nested,
        };
        if kind == Kind::Text && arguments.chars.is_none() == arguments.format.is_none() {
            return Err(Error::new_spanned(
                ident,
                "a text needs `#[field(chars = 1..=200)]` or `#[field(format = ...)]`",
            ));
        }
        let lower = |range: &Range| range.min < 0;
        if list && arguments.items.as_ref().is_none_or(lower) {
            return Err(Error::new_spanned(ident, "a list needs `#[field(items = 0..=100)]`"));
        }
        if arguments.range.is_some() && kind != Kind::Integer {
            return Err(Error::new_spanned(ident, "`range` is for integers"));
        }
        if arguments.default.is_some() && (optional || list) {
            return Err(Error::new_spanned(ident, "`default` is for required fields"));
        }
        Ok(Self { ident, vis: &field.vis, attrs, ty: &field.ty, arguments, inner, optional, list, kind })
    }

    /// Whether a message without the field is refused.
    pub(crate) fn required(&self) -> bool {
        !self.optional && !self.can_be_empty()
    }

    pub(crate) fn can_be_empty(&self) -> bool {
        self.list && self.arguments.items.as_ref().is_none_or(|items| items.min == 0)
    }

    /// Whether `new` asks for it.
    pub(crate) fn in_new(&self) -> bool {
        self.required() && self.arguments.default.is_none()
    }

    pub(crate) fn bounds(&self) -> (i64, i64) {
        if let Some(Range { min, max }) = self.arguments.range {
            return (min, max);
        }
        match self.inner.to_token_stream().to_string().as_str() {
            "u8" => (0, u8::MAX.into()),
            "u16" => (0, u16::MAX.into()),
            "u32" => (0, u32::MAX.into()),
            "u64" => (0, SAFE),
            "i8" => (i8::MIN.into(), i8::MAX.into()),
            "i16" => (i16::MIN.into(), i16::MAX.into()),
            "i32" => (i32::MIN.into(), i32::MAX.into()),
            _ => (-SAFE, SAFE),
        }
    }

    fn lines(&self) -> TokenStream {
        let lines = if self.arguments.lines { format_ident!("Several") } else { format_ident!("Single") };
        quote! { ::workout_events::shape::Lines::#lines }
    }

    pub(crate) fn shape(&self) -> TokenStream {
        let inner = self.inner;
        let one = match (self.kind, &self.arguments.format, &self.arguments.chars) {
            (Kind::Boolean, ..) => quote! { &::workout_events::shape::Shape::Boolean },
            (Kind::Integer, ..) => {
                let (min, max) = self.bounds();
                quote! { &::workout_events::shape::Shape::Integer { min: #min, max: #max } }
            }
            (Kind::Text, Some(format), _) => quote! { &::workout_events::shape::Shape::Formatted(&#format) },
            (Kind::Text, None, Some(Range { min, max })) => {
                let (lines, min, max) = (self.lines(), to_usize(*min), to_usize(*max));
                quote! { &::workout_events::shape::Shape::Text { min: #min, max: #max, lines: #lines } }
            }
            _ => quote! { <#inner as ::workout_events::Contract>::SHAPE },
        };
        match &self.arguments.items {
            Some(Range { min, max }) if self.list => {
                let (min, max) = (to_usize(*min), to_usize(*max));
                quote! { &::workout_events::shape::Shape::List { min: #min, max: #max, of: #one } }
            }
            _ => one,
        }
    }

    /// The statements that check the bounds of the field.
    pub(crate) fn check(&self) -> TokenStream {
        let (ident, name) = (self.ident, self.ident.to_string());
        if self.kind == Kind::Nested && self.list {
            let count = self.check_count();
            return quote! { #count check.each(#name, &self.#ident); };
        }
        let one = match (self.kind, &self.arguments.format, &self.arguments.chars) {
            (Kind::Integer, ..) => {
                let (min, max) = self.bounds();
                quote! { check.integer(*value, #min, #max); }
            }
            (Kind::Text, Some(format), _) => quote! { check.bound((#format.check)(value).is_ok()); },
            (Kind::Text, None, Some(Range { min, max })) => {
                let (lines, min, max) = (self.lines(), to_usize(*min), to_usize(*max));
                quote! { check.text(value, #min, #max, #lines); }
            }
            (Kind::Nested, ..) => quote! { check.nested(#name, value); },
            _ => return self.check_count(),
        };
        let count = self.check_count();
        if self.list {
            quote! { #count for value in &self.#ident { #one } }
        } else if self.optional {
            quote! { if let ::core::option::Option::Some(value) = &self.#ident { #one } }
        } else {
            quote! { { let value = &self.#ident; #one } }
        }
    }

    fn check_count(&self) -> TokenStream {
        let ident = self.ident;
        match &self.arguments.items {
            Some(Range { min, max }) if self.list => {
                let (min, max) = (to_usize(*min), to_usize(*max));
                quote! { check.bound((#min..=#max).contains(&self.#ident.len())); }
            }
            _ => TokenStream::new(),
        }
    }

    /// The type of an argument that sets the field, and the expression that stores it.
    pub(crate) fn argument(&self) -> (TokenStream, TokenStream) {
        let (ident, inner) = (self.ident, self.inner);
        if self.list {
            (
                quote! { impl ::core::iter::IntoIterator<Item = #inner> },
                quote! { ::core::iter::IntoIterator::into_iter(#ident).collect() },
            )
        } else if self.kind == Kind::Text {
            (
                quote! { impl ::core::convert::Into<::std::string::String> },
                quote! { ::core::convert::Into::into(#ident) },
            )
        } else {
            (quote! { #inner }, quote! { #ident })
        }
    }
}

/// The type inside `wrapper<...>`, and whether there was one.
fn peel<'t>(ty: &'t Type, wrapper: &str) -> (&'t Type, bool) {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last().filter(|segment| segment.ident == wrapper)
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        return (inner, true);
    }
    (ty, false)
}

/// Bounds of texts and lists; a negative one was refused by the parser of the field or means nothing.
fn to_usize(bound: i64) -> usize {
    usize::try_from(bound).unwrap_or_default()
}
