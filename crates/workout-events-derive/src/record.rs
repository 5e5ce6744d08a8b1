//! Structs: objects with named fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataStruct, DeriveInput, Error, Fields, Ident, Result};

use crate::attributes::{Arguments, EventArguments, doc};
use crate::field::{Field, Kind};

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
        let example = if let Some(example) = &field.arguments.example {
            quote! { ::core::option::Option::Some(#example) }
        } else {
            quote! { ::core::option::Option::None }
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
