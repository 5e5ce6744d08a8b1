//! Enums: one of a fixed set of texts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let (attrs, vis, ident, variants) = (&input.attrs, &input.vis, &input.ident, &data.variants);
    let mut names = Vec::new();
    for variant in variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a variant of a contract carries no data"));
        }
        names.push(snake_case(&variant.ident.to_string()));
    }
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let expecting = format!("one of {}", names.join(", "));
    Ok(quote! {
        #(#attrs)*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #vis enum #ident { #variants }

        impl #ident {
            /// Every value, in the order of the contract.
            pub const ALL: &'static [Self] = &[#(Self::#idents),*];

            /// The text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { #(Self::#idents => #names),* }
            }
        }

        impl ::core::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::str::FromStr for #ident {
            type Err = ::workout_events::UnknownChoice;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                match text {
                    #(#names => ::core::result::Result::Ok(Self::#idents),)*
                    _ => ::core::result::Result::Err(::workout_events::UnknownChoice::new(#expecting)),
                }
            }
        }

        impl ::workout_events::__private::serde::Serialize for #ident {
            fn serialize<S: ::workout_events::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::workout_events::__private::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::workout_events::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::workout_events::__private::parse_text(deserializer, #expecting)
            }
        }

        impl ::workout_events::Contract for #ident {
            const SHAPE: &'static ::workout_events::shape::Shape =
                &::workout_events::shape::Shape::Choice(&[#(#names),*]);

            fn check(&self, _: &mut ::workout_events::Check<'_>) {}
        }
    })
}

/// `FreeWeights` as `free_weights`, the way serde does it.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, c) in name.char_indices() {
        if c.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
