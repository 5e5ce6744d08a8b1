//! Structs: objects with named fields.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, DataStruct, DeriveInput, Error, Fields, GenericArgument, Ident, PathArguments, Result, Type, Visibility,
};

use crate::attributes::{Arguments, EventArguments, FieldArguments, Range, doc};

/// One field, understood.
struct Field<'i> {
    ident: &'i Ident,
    vis: &'i Visibility,
    attrs: Vec<Attribute>,
    ty: &'i Type,
    arguments: FieldArguments,
    /// The type without `Option` and `Vec`.
    inner: &'i Type,
    optional: bool,
    list: bool,
    kind: Kind,
}

/// What the innermost type is to the contract.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Integer,
    Boolean,
    Text,
    /// A type with a contract of its own.
    Nested,
}

pub(crate) fn expand(input: &DeriveInput, data: &DataStruct, arguments: &Arguments) -> Result<TokenStream> {
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a contract is a struct with named fields"));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "a contract has no generic parameters"));
    }
    let fields = named.named.iter().map(Field::parse).collect::<Result<Vec<_>>>()?;
    if fields.len() > 64 {
        return Err(Error::new_spanned(&input.ident, "a contract has at most 64 fields"));
    }
    for name in &arguments.any_of {
        if !fields.iter().any(|field| field.ident == name && field.optional && !field.list) {
            return Err(Error::new_spanned(name, "`any_of` names optional fields"));
        }
    }

    let definition = definition(input, &fields);
    let debug = debug(&input.ident, &fields);
    let construction = construction(&input.ident, &fields, arguments.no_new);
    let contract = contract(input, &fields, arguments)?;
    let event = match &arguments.event {
        Some(event) => self::event(input, &fields, event)?,
        None => TokenStream::new(),
    };
    Ok(quote! { #definition #debug #construction #contract #event })
}

impl<'i> Field<'i> {
    fn parse(field: &'i syn::Field) -> Result<Self> {
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
    fn required(&self) -> bool {
        !self.optional && !self.can_be_empty()
    }

    fn can_be_empty(&self) -> bool {
        self.list && self.arguments.items.as_ref().is_none_or(|items| items.min == 0)
    }

    /// Whether `new` asks for it.
    fn in_new(&self) -> bool {
        self.required() && self.arguments.default.is_none()
    }

    fn bounds(&self) -> (i64, i64) {
        if let Some(Range { min, max }) = self.arguments.range {
            return (min, max);
        }
        const SAFE: i64 = (1 << 53) - 1;
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

    fn shape(&self) -> TokenStream {
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
    fn check(&self) -> TokenStream {
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
    fn argument(&self) -> (TokenStream, TokenStream) {
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

fn definition(input: &DeriveInput, fields: &[Field<'_>]) -> TokenStream {
    let (attrs, vis, ident) = (&input.attrs, &input.vis, &input.ident);
    let fields = fields.iter().map(|field| {
        let Field { attrs, vis, ident, ty, .. } = field;
        let serde = if field.optional {
            quote! { #[serde(default, skip_serializing_if = "::core::option::Option::is_none")] }
        } else if field.can_be_empty() {
            quote! { #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")] }
        } else {
            TokenStream::new()
        };
        quote! { #(#attrs)* #serde #vis #ident: #ty }
    });
    quote! {
        #(#attrs)*
        #[derive(
            Clone, PartialEq, Eq,
            ::workout_events::__private::serde::Serialize,
            ::workout_events::__private::serde::Deserialize,
        )]
        #[serde(crate = "::workout_events::__private::serde")]
        #[non_exhaustive]
        #vis struct #ident { #(#fields),* }
    }
}

fn debug(ident: &Ident, fields: &[Field<'_>]) -> TokenStream {
    let name = ident.to_string();
    let shown = fields.iter().map(|field| {
        let (ident, name) = (field.ident, field.ident.to_string());
        if field.arguments.private {
            quote! { .field(#name, &::workout_events::__private::Redacted) }
        } else {
            quote! { .field(#name, &self.#ident) }
        }
    });
    quote! {
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#name) #(#shown)* .finish()
            }
        }
    }
}

fn construction(ident: &Ident, fields: &[Field<'_>], no_new: bool) -> TokenStream {
    let (mut parameters, mut values) = (Vec::new(), Vec::new());
    for field in fields {
        let name = field.ident;
        if field.in_new() {
            let (ty, value) = field.argument();
            parameters.push(quote! { #name: #ty });
            values.push(quote! { #name: #value });
        } else if let Some(default) = &field.arguments.default {
            values.push(quote! { #name: #default });
        } else {
            values.push(quote! { #name: ::core::default::Default::default() });
        }
    }
    let new = (!no_new).then(|| {
        let doc = format!("A `{ident}` of the required fields; the others are absent until set.");
        quote! {
            #[doc = #doc]
            #[must_use]
            #[allow(clippy::too_many_arguments, reason = "the required fields of the contract")]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values),* }
            }
        }
    });
    let setters = fields.iter().filter(|field| !field.in_new()).map(|field| {
        let (name, attrs) = (field.ident, field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")));
        let (ty, value) = field.argument();
        let value = if field.optional {
            quote! { ::core::option::Option::Some(#value) }
        } else {
            value
        };
        quote! {
            #(#attrs)*
            #[must_use]
            pub fn #name(mut self, #name: #ty) -> Self {
                self.#name = #value;
                self
            }
        }
    });
    quote! { impl #ident { #new #(#setters)* } }
}

fn contract(input: &DeriveInput, fields: &[Field<'_>], arguments: &Arguments) -> Result<TokenStream> {
    let (ident, name, description) = (&input.ident, input.ident.to_string(), doc(&input.attrs));
    let mut described = Vec::new();
    for field in fields {
        let (name, text, required, shape) =
            (field.ident.to_string(), doc(&field.attrs), field.required(), field.shape());
        if text.is_empty() {
            return Err(Error::new_spanned(
                field.ident,
                "say what the field means, in a doc comment: the schema shows it",
            ));
        }
        let example = match &field.arguments.example {
            Some(example) => quote! { ::core::option::Option::Some(#example) },
            None => quote! { ::core::option::Option::None },
        };
        described.push(quote! {
            ::workout_events::shape::Field {
                name: #name,
                doc: #text,
                required: #required,
                example: #example,
                shape: #shape,
            }
        });
    }
    let fit = fields.iter().filter(|field| field.kind == Kind::Integer).map(|field| {
        let (inner, (min, max)) = (field.inner, field.bounds());
        quote! {
            const _: () = ::core::assert!(
                #min as i128 >= <#inner>::MIN as i128 && #max as i128 <= <#inner>::MAX as i128,
                "the range does not fit into the type of the field"
            );
        }
    });
    let checks = fields.iter().map(Field::check);
    let any_of: Vec<_> = arguments.any_of.iter().map(ToString::to_string).collect();
    let any_of_check = (!any_of.is_empty()).then(|| {
        let idents = &arguments.any_of;
        quote! { check.bound(#(self.#idents.is_some())||*); }
    });
    let rules = &arguments.rules;
    let rules_call = (!rules.is_empty()).then(|| quote! { self.rules(check); });
    Ok(quote! {
        #(#fit)*

        impl ::workout_events::Contract for #ident {
            const SHAPE: &'static ::workout_events::shape::Shape =
                &::workout_events::shape::Shape::Object(&::workout_events::shape::Object {
                    name: #name,
                    doc: #description,
                    fields: &[#(#described),*],
                    any_of: &[#(#any_of),*],
                    rules: &[#(#rules),*],
                });

            fn check(&self, check: &mut ::workout_events::Check<'_>) {
                #(#checks)*
                #any_of_check
                #rules_call
            }
        }
    })
}

fn event(input: &DeriveInput, fields: &[Field<'_>], event: &EventArguments) -> Result<TokenStream> {
    let (ident, name, description) = (&input.ident, input.ident.to_string(), doc(&input.attrs));
    let EventArguments { event_type, version, subject, .. } = event;
    if !fields.iter().any(|field| field.ident == subject && field.required()) {
        return Err(Error::new_spanned(subject, "`subject` names a required field"));
    }
    let exchange = event.exchange.as_ref().map(|exchange| quote! { const EXCHANGE: &'static str = #exchange; });
    let id = event.id.as_ref().map(|method| {
        quote! {
            fn derived_id(&self) -> ::core::option::Option<::workout_events::EventId> {
                ::core::option::Option::Some(self.#method())
            }
        }
    });
    let upcast = event.previous.as_ref().map(|previous| {
        quote! {
            fn upcast(
                older: ::workout_events::Older<'_>,
            ) -> ::core::result::Result<::workout_events::Event<Self>, ::workout_events::DecodeError> {
                ::core::result::Result::Ok(older.decode::<#previous>()?.upcast()?)
            }
        }
    });
    Ok(quote! {
        impl ::workout_events::EventType for #ident {
            const TYPE: &'static str = #event_type;
            const VERSION: u32 = #version;
            #exchange
            const MESSAGE: &'static ::workout_events::shape::Object = &::workout_events::shape::Object {
                name: #name,
                doc: #description,
                fields: &::workout_events::__private::message_fields(
                    &::workout_events::shape::Shape::Constant(#event_type),
                    &::workout_events::shape::Shape::Version(#version),
                    <Self as ::workout_events::Contract>::SHAPE,
                ),
                any_of: &[],
                rules: &[],
            };

            fn subject(&self) -> ::std::string::String {
                ::std::string::ToString::to_string(&self.#subject)
            }

            #id
            #upcast
        }
    })
}

/// The type inside `wrapper<...>`, and whether there was one.
fn peel<'t>(ty: &'t Type, wrapper: &str) -> (&'t Type, bool) {
    if let Type::Path(path) = ty {
        if let Some(last) = path.path.segments.last().filter(|segment| segment.ident == wrapper) {
            if let PathArguments::AngleBracketed(arguments) = &last.arguments {
                if let Some(GenericArgument::Type(inner)) = arguments.args.first() {
                    return (inner, true);
                }
            }
        }
    }
    (ty, false)
}

/// Bounds of texts and lists; a negative one was refused by the parser of the field or means nothing.
fn to_usize(bound: i64) -> usize {
    usize::try_from(bound).unwrap_or_default()
}
