use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use super::super::compare;
use super::support::{validator, verified};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// A field that only a mutation adds, or that no schema knows.
const NEW: &str = "new";

/// What mutations and instances are made of.
fn pieces() -> Vec<Value> {
    let scalars = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(1.5),
        json!("x"),
        json!("yy"),
    ];
    let uuid = json!("0197a0d2-5c1e-7b3a-9f4e-2d6c8b1a7e50");
    scalars
        .into_iter()
        .chain([uuid, json!("2026-01-05T07:30:00Z"), json!([]), json!({})])
        .collect()
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
    (
        prop::collection::btree_map(select(&NAMES), (field, any::<bool>()), 0..=3),
        unknown,
        alternatives,
    )
        .prop_map(|(fields, unknown, alternatives)| {
            let required: Vec<_> = fields
                .iter()
                .filter(|(_, (_, required))| *required)
                .map(|(name, _)| *name)
                .collect();
            let properties: Map<_, _> = fields
                .iter()
                .map(|(name, (field, _))| ((*name).to_owned(), field.clone()))
                .collect();
            let mut schema = json!({"type": "object", "required": required, "properties": properties});
            for (keyword, value) in [("additionalProperties", unknown), ("anyOf", alternatives)] {
                if let Some(value) = value {
                    schema[keyword] = value;
                }
            }
            schema
        })
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

fn schema() -> impl Strategy<Value = Value> {
    (object(node().boxed()), leaf()).prop_map(|(mut root, shared)| {
        let circular = shared.to_string().contains("$ref");
        root["$defs"] = json!({"Shared": if circular { json!({"type": "string"}) } else { shared }});
        root
    })
}

/// Another value for one keyword of one node.
#[derive(Debug, Clone)]
struct Mutation {
    node: Index,
    keyword: Index,
    change: Index,
    piece: Index,
    spare: Value,
}

fn mutation() -> impl Strategy<Value = Mutation> {
    (any::<Index>(), any::<Index>(), any::<Index>(), any::<Index>(), leaf()).prop_map(
        |(node, keyword, change, piece, spare)| Mutation {
            node,
            keyword,
            change,
            piece,
            spare,
        },
    )
}

impl Mutation {
    fn apply(mut self, root: &mut Value) {
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
                let moved = number.as_i64().unwrap() + [-1, 1][self.piece.index(2)];
                // A size is never negative, and a divisor is positive.
                let least = i64::from(name == "multipleOf");
                *value = json!(if name.ends_with("imum") {
                    moved
                } else {
                    moved.max(least)
                });
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
                *value = json!(
                    self.piece
                        .get(&["integer", "number", "string", "object", "array", "null"])
                )
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

/// Bytes without end that depend on the seed alone.
fn noise(seed: u64) -> impl Iterator<Item = u8> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    };
    std::iter::successors(Some(seed), next)
        .skip(1)
        .map(|state| state.to_be_bytes()[0])
}

/// Instances near to what a schema accepts, from a tape of random choices.
fn instance(root: &Value, schema: &Value, tape: &mut impl Iterator<Item = u8>, depth: u8) -> Value {
    let mut next = |below: usize| usize::from(tape.next().unwrap_or(0)) % below;
    let pieces = pieces();
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    if depth == 0 || next(12) == 0 {
        return pieces[next(pieces.len())].clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[next(values.len())].clone();
    }
    let number = || {
        [
            ("minimum", 0),
            ("maximum", 0),
            ("exclusiveMinimum", 1),
            ("exclusiveMaximum", -1),
        ]
    };
    match schema["type"].as_str() {
        Some("object") => {
            let mut fields = Map::new();
            for name in NAMES.iter().chain([&NEW]) {
                let required = schema["required"]
                    .as_array()
                    .is_some_and(|names| names.contains(&json!(name)));
                let likely = if required { 8 } else { 3 };
                let take = usize::from(tape.next().unwrap_or(0)) % 9 < likely;
                let any = json!({});
                let known = schema["properties"].get(name);
                let field = known.or_else(|| schema.get("additionalProperties")).unwrap_or(&any);
                if take && (known.is_some() || field != &Value::Bool(false)) {
                    fields.insert((*name).to_owned(), instance(root, field, tape, depth - 1));
                }
            }
            Value::Object(fields)
        }
        Some("array") => {
            let size = next(4);
            let any = json!({});
            let items = schema.get("items").unwrap_or(&any);
            (0..size).map(|_| instance(root, items, tape, depth - 1)).collect()
        }
        Some("integer" | "number") => {
            let bounds: Vec<_> = number()
                .iter()
                .filter_map(|(name, off)| Some(schema[*name].as_i64()? + off))
                .collect();
            let bound = bounds.get(next(bounds.len().max(1))).copied().unwrap_or(0);
            json!(bound + [0, 0, 1, -1, 2, -2][next(6)])
        }
        Some("string") if schema.get("format").is_none() => json!("xxxxx"[..next(5)]),
        _ => pieces[next(pieces.len())].clone(),
    }
}

/// The instance without the fields that are new or that a closed released object does not know.
fn known(released: &Value, current: &Value, schemas: (&Value, &Value), instance: &Value) -> Value {
    let follow = |root: &Value, schema: &Value| match schema["$ref"].as_str() {
        Some(reference) => root.pointer(&reference[1..]).unwrap().clone(),
        None => schema.clone(),
    };
    let (old, new) = (follow(released, schemas.0), follow(current, schemas.1));
    let into = |keyword: &str, name: Option<&str>, value: &Value| {
        let part = |schema: &Value| {
            let part = name.map_or(&schema[keyword], |name| {
                schema[keyword].get(name).unwrap_or(&schema["additionalProperties"])
            });
            part.clone()
        };
        known(released, current, (&part(&old), &part(&new)), value)
    };
    match instance {
        Value::Array(items) => items.iter().map(|item| into("items", None, item)).collect(),
        Value::Object(fields) => {
            let drops = |name: &str| {
                let described = |schema: &Value| schema["properties"].get(name).is_some();
                let restricted = |schema: &Value| schema.as_object().is_some_and(|schema| !schema.is_empty());
                let unknown = !described(&old) && !restricted(&old["additionalProperties"]);
                unknown && (described(&new) || old["additionalProperties"] == json!(false))
            };
            let kept = fields.iter().filter(|(name, _)| !drops(name));
            kept.map(|(name, field)| (name.clone(), into("properties", Some(name), field)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => instance.clone(),
    }
}

#[test]
fn a_schema_is_compatible_with_itself() {
    proptest!(|(schema in schema())| prop_assert_eq!(compare(&schema, &schema), []));
}

#[test]
fn a_change_that_an_instance_shows_is_a_break_and_every_example_is_true() {
    let mut config = Config::default();
    // `PROPTEST_CASES` asks for more.
    config.cases = config.cases.max(600);
    config.failure_persistence = None;
    let all = config.cases;
    let cases = (schema(), prop::collection::vec(mutation(), 1..3), any::<u64>());
    let (shown, proved) = (Cell::new(0_u32), Cell::new(0_u32));
    let outcome = TestRunner::new(config).run(&cases, |(released, mutations, seed)| {
        let mut current = released.clone();
        mutations.into_iter().for_each(|mutation| mutation.apply(&mut current));
        let breaks = verified(&released, &current);
        proved.set(proved.get() + u32::from(breaks.iter().any(|found| found.example.is_some())));

        let (old, new) = (validator(&released), validator(&current));
        let mut tape = noise(seed);
        for turn in 0..40 {
            let side = if turn % 2 == 0 { &released } else { &current };
            let sample = instance(side, side, &mut tape, 4);
            let sample = known(&released, &current, (&released, &current), &sample);
            if old.is_valid(&sample) != new.is_valid(&sample) {
                shown.set(shown.get() + 1);
                prop_assert!(!breaks.is_empty(), "{sample} is judged differently");
                break;
            }
        }
        Ok(())
    });
    outcome.unwrap();
    let (shown, proved) = (shown.get(), proved.get());
    assert!(
        shown > all / 6 && proved > all / 3,
        "{shown} shown and {proved} proved of {all}"
    );
}
