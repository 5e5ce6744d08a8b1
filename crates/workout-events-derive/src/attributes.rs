//! What stands in `#[event(...)]`, `#[contract(...)]` and `#[field(...)]`.

use proc_macro2::{Span, TokenStream};
use syn::meta::ParseNestedMeta;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, LitInt, LitStr, Meta, Path, Result, Token, Type, parenthesized};

/// The arguments of the attribute on the type.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) event: Option<EventArguments>,
    pub(crate) any_of: Vec<Ident>,
    pub(crate) rules: Vec<LitStr>,
    pub(crate) no_new: bool,
}

/// The arguments that only events have.
pub(crate) struct EventArguments {
    pub(crate) event_type: LitStr,
    pub(crate) version: LitInt,
    pub(crate) subject: Ident,
    pub(crate) exchange: Option<LitStr>,
    pub(crate) id: Option<Ident>,
    pub(crate) previous: Option<Type>,
}

impl Arguments {
    pub(crate) fn parse(tokens: TokenStream, is_event: bool) -> Result<Self> {
        let mut arguments = Self::default();
        let (mut event_type, mut version, mut subject) = (None, None, None);
        let (mut exchange, mut id, mut previous) = (None, None, None);
        let parser = syn::meta::parser(|meta| {
            if meta.path.is_ident("any_of") {
                arguments.any_of = list(&meta)?;
            } else if meta.path.is_ident("rules") {
                arguments.rules = list(&meta)?;
            } else if meta.path.is_ident("no_new") {
                arguments.no_new = true;
            } else if !is_event {
                return Err(meta.error("expected `any_of(...)`, `rules(...)` or `no_new`"));
            } else if meta.path.is_ident("type") {
                event_type = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("version") {
                version = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("subject") {
                subject = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("exchange") {
                exchange = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("id") {
                id = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("previous") {
                previous = Some(meta.value()?.parse()?);
            } else {
                return Err(meta.error("unknown argument; see the documentation of `#[event]`"));
            }
            Ok(())
        });
        parser.parse2(tokens)?;
        if is_event {
            let missing = |what| Error::new(Span::call_site(), format!("`{what}` is required: {EXAMPLE}"));
            arguments.event = Some(EventArguments {
                event_type: event_type.ok_or_else(|| missing("type"))?,
                version: version.ok_or_else(|| missing("version"))?,
                subject: subject.ok_or_else(|| missing("subject"))?,
                exchange,
                id,
                previous,
            });
        }
        Ok(arguments)
    }
}

const EXAMPLE: &str = "#[event(type = \"stage.accepted\", version = 1, subject = stage_id)]";

fn list<T: syn::parse::Parse>(meta: &ParseNestedMeta<'_>) -> Result<Vec<T>> {
    let content;
    parenthesized!(content in meta.input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// The arguments of `#[field(...)]`.
#[derive(Default)]
pub(crate) struct FieldArguments {
    pub(crate) range: Option<Range>,
    pub(crate) chars: Option<Range>,
    pub(crate) items: Option<Range>,
    pub(crate) format: Option<Path>,
    pub(crate) default: Option<Expr>,
    pub(crate) example: Option<LitStr>,
    pub(crate) lines: bool,
    pub(crate) private: bool,
}

/// An inclusive range of integer literals.
pub(crate) struct Range {
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl FieldArguments {
    /// Reads the arguments and returns the other attributes of the field.
    pub(crate) fn take(attributes: &[Attribute]) -> Result<(Self, Vec<Attribute>)> {
        let mut arguments = Self::default();
        let mut others = Vec::new();
        for attribute in attributes {
            if attribute.path().is_ident("serde") {
                return Err(Error::new_spanned(attribute, "the JSON form follows from the contract; remove `serde`"));
            }
            if !attribute.path().is_ident("field") {
                others.push(attribute.clone());
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                let target = if meta.path.is_ident("range") {
                    &mut arguments.range
                } else if meta.path.is_ident("chars") {
                    &mut arguments.chars
                } else if meta.path.is_ident("items") {
                    &mut arguments.items
                } else {
                    if meta.path.is_ident("format") {
                        arguments.format = Some(meta.value()?.parse()?);
                    } else if meta.path.is_ident("default") {
                        arguments.default = Some(meta.value()?.parse()?);
                    } else if meta.path.is_ident("example") {
                        arguments.example = Some(meta.value()?.parse()?);
                    } else if meta.path.is_ident("lines") {
                        arguments.lines = true;
                    } else if meta.path.is_ident("private") {
                        arguments.private = true;
                    } else {
                        return Err(meta.error("unknown argument; see the documentation of `#[contract]`"));
                    }
                    return Ok(());
                };
                *target = Some(Range::parse(meta.value()?)?);
                Ok(())
            })?;
        }
        Ok((arguments, others))
    }
}

impl Range {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let min = integer(input)?;
        input.parse::<Token![..=]>()?;
        let max = integer(input)?;
        if min > max {
            return Err(input.error("the range is empty"));
        }
        Ok(Self { min, max })
    }
}

fn integer(input: ParseStream<'_>) -> Result<i64> {
    let negative = input.parse::<Option<Token![-]>>()?.is_some();
    let value: i64 = input.parse::<LitInt>()?.base10_parse()?;
    Ok(if negative { -value } else { value })
}

/// The text of the doc comments, joined to one line.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = &meta.value else {
            continue;
        };
        if !attribute.path().is_ident("doc") {
            continue;
        }
        let line = line.value();
        if line.trim().is_empty() {
            // The first paragraph says what the thing is; the others are for readers of the code.
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.trim());
    }
    text
}
