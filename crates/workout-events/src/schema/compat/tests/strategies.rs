//! Random schemas, and random changes to them.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];

/// A field that only a mutation adds, or that no schema knows.
pub(super) const NEW: &str = "new";

/// What mutations and instances are made of.
pub(super) fn pieces() -> Vec<Value> {
    let scalars =
        [json!(null), json!(true), json!(-1), json!(0), json!(1), json!(2), json!(1.5), json!("x"), json!("yy")];
    let uuid = json!("0197a0d2-5c1e-7b3a-9f4e-2d6c8b1a7e50");
    scalars.into_iter().chain([uuid, json!("2026-01-05T07:30:00Z"), json!([]), json!({})]).collect()
}

fn leaf() -> impl Strategy<Value = Value> {
    let number = (select(vec!["integer", "number"]), -1..2, 0..3);
    let number =
        number.prop_map(|(kind, least, more)| json!({"type": kind, "minimum": least, "maximum": least + more}));
    let text =
        (0..2, 0..3).prop_map(|(least, more)| json!({"type": "string", "minLength": least, "maxLength": least + more}));
    prop_oneof![
        number,
        text,
        select(vec![
            json!({"type": "string", "format": "uuid"}),
            json!({"type": "string", "format": "date-time"}),
            json!({"type": "string", "pattern": "^x", "examples": ["x"]}),
            json!({"type": ["integer", "null"], "exclusiveMinimum": -1}),
            json!({"type": "integer", "multipleOf": 2}),
            json!({"const": 1}),
            json!({"const": "x"}),
            json!({"enum": ["x", "yy"]}),
            json!({"enum": [0, "x", null]}),
            json!({"$ref": "#/$defs/Shared"}),
            json!({"anyOf": [{"$ref": "#/$defs/Shared"}, {"type": "null"}]}),
            json!({"type": "boolean"}),
            json!({}),
        ]),
    ]
}

fn object(field: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let unknown = prop_oneof![
        3 => Just(None),
        1 => any::<bool>().prop_map(|accepts| Some(Value::Bool(accepts))),
        1 => leaf().prop_map(Some),
    ];
    let alternatives = prop::option::weighted(
        0.2,
        select(vec![
            json!([{"required": ["a"]}, {"required": ["b"]}]),
            json!([{"properties": {"a": {"type": "string"}}}, {"required": ["c"]}]),
        ]),
    );
    (prop::collection::btree_map(select(&NAMES), (field, any::<bool>()), 0..=3), unknown, alternatives).prop_map(
        |(fields, unknown, alternatives)| {
            let required: Vec<_> =
                fields.iter().filter(|(_, (_, required))| *required).map(|(name, _)| *name).collect();
            let properties: Map<_, _> =
                fields.iter().map(|(name, (field, _))| ((*name).to_owned(), field.clone())).collect();
            let mut schema = json!({"type": "object", "required": required, "properties": properties});
            for (keyword, value) in [("additionalProperties", unknown), ("anyOf", alternatives)] {
                if let Some(value) = value {
                    schema[keyword] = value;
                }
            }
            schema
        },
    )
}

fn node() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 16, 3, |inner| {
        let array = (inner.clone(), 0..2, 0..3);
        let array = array.prop_map(|(items, least, more)| {
            json!({"type": "array", "items": items, "minItems": least, "maxItems": least + more})
        });
        prop_oneof![3 => object(inner.boxed()), 1 => array]
    })
}

/// Schemas of objects within the dialect.
pub(super) fn schema() -> impl Strategy<Value = Value> {
    (object(node().boxed()), leaf()).prop_map(|(mut root, shared)| {
        let circular = shared.to_string().contains("$ref");
        root["$defs"] = json!({"Shared": if circular { json!({"type": "string"}) } else { shared }});
        root
    })
}

/// Another value for one keyword of one node.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    node: Index,
    keyword: Index,
    change: Index,
    piece: Index,
    spare: Value,
}

pub(super) fn mutation() -> impl Strategy<Value = Mutation> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), leaf())
        .prop_map(|(node, keyword, change, piece, spare)| Mutation { node, keyword, change, piece, spare })
}

impl Mutation {
    pub(super) fn apply(mut self, root: &mut Value) {
        let mut pointers = Vec::new();
        nodes(root, String::new(), &mut pointers);
        // A definition that refers to itself in place has no meaning.
        if self.node.get::<String>(&pointers).starts_with("/$defs") && self.spare.to_string().contains("$ref") {
            self.spare = json!({});
        }
        let Some(Value::Object(node)) = root.pointer_mut(self.node.get::<String>(&pointers)) else {
            return;
        };
        let names: Vec<_> = node.keys().filter(|name| *name != "$defs").cloned().collect();
        if names.is_empty() || self.change.index(3) == 0 {
            self.add(node);
            return;
        }
        let name = self.keyword.get(&names);
        if self.change.index(3) == 1 && name != "properties" {
            node.remove(name);
            return;
        }
        let value = &mut node[name];
        match (name.as_str(), &mut *value) {
            (name, Value::Number(number)) => {
                let moved = number.as_i64().unwrap_or(0) + [-1, 1][self.piece.index(2)];
                // A size is never negative, and a divisor is positive.
                let least = i64::from(name == "multipleOf");
                *value = json!(if name.ends_with("imum") { moved } else { moved.max(least) });
            }

            ("required", Value::Array(names)) => match names.iter().position(|name| name == self.piece.get(&NAMES)) {
                Some(known) => drop(names.remove(known)),
                None => names.push(json!(self.piece.get(&NAMES))),
            },
            ("properties", Value::Object(fields)) => {
                let name = *self.piece.get(&["a", "b", "c", NEW]);
                if fields.remove(name).is_none() {
                    fields.insert(name.to_owned(), self.spare.clone());
                }
            }
            ("enum", Value::Array(values)) => match self.piece.index(2) {
                0 => drop(values.remove(0)),
                _ => values.push(self.piece.get(&pieces()).clone()),
            },
            ("type", _) => {
                *value = json!(self.piece.get(&["integer", "number", "string", "object", "array", "null"]));
            }
            ("const", _) => *value = self.piece.get(&pieces()).clone(),
            ("additionalProperties", _) => *value = self.spare.clone(),
            ("anyOf", Value::Array(schemas)) => schemas.push(self.spare.clone()),
            _ => {}
        }
        if *value == json!([]) && name == "enum" {
            node.remove(name);
        }
    }

    fn add(&self, node: &mut Map<String, Value>) {
        let more = [
            ("minimum", json!(1)),
            ("exclusiveMaximum", json!(1)),
            ("maxLength", json!(1)),
            ("minItems", json!(1)),
            ("minProperties", json!(1)),
            ("maxProperties", json!(1)),
            ("required", json!(["a", NEW])),
            ("additionalProperties", json!(false)),
            ("additionalProperties", self.spare.clone()),
            ("not", json!({"required": ["b"]})),
            ("const", json!("x")),
            ("enum", json!(["x", 1])),
            ("pattern", json!("^y")),
            ("format", json!("uuid")),
            ("uniqueItems", json!(true)),
            ("dependentRequired", json!({"a": ["b"]})),
            ("allOf", json!([self.spare])),
            ("items", self.spare.clone()),
            ("type", json!("string")),
        ];
        let (keyword, value) = self.keyword.get(&more);
        node.insert((*keyword).to_owned(), value.clone());
    }
}

/// The pointers of all schema nodes.
fn nodes(schema: &Value, here: String, found: &mut Vec<String>) {
    for keyword in ["properties", "$defs"] {
        for (name, field) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            nodes(field, format!("{here}/{keyword}/{name}"), found);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(keyword).filter(|inner| inner.is_object()) {
            nodes(inner, format!("{here}/{keyword}"), found);
        }
    }
    found.push(here);
}
