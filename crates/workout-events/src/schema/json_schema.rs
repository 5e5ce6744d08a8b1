//! JSON Schema 2020-12, from the shape of a message.

use serde_json::{Map, Value, json};

use crate::contract::shape::{Field, Format, Object, Shape};
use crate::contract::text::{self, Lines};
use crate::read::TypeInfo;
use crate::schema::beyond::description;

/// The JSON Schema of a whole message of this type: the envelope and the data.
///
/// The schema of the data alone stands in it under the anchor `data`, which is what `dataschema` of a message names.
#[must_use]
pub fn message_schema(info: &TypeInfo) -> Value {
    let mut definitions = Definitions { at: "#/$defs/", schemas: Map::new() };
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:workout:schema:{}:{}", info.event_type, info.version),
        "title": format!("{}, version {}", info.event_type, info.version),
        "description": description(info),
    });
    merge(&mut schema, definitions.object(info.message));
    let name = info.data().map_or("", |object| object.name);
    if let Some(Value::Object(data)) = definitions.schemas.get_mut(name) {
        data.insert("$anchor".to_owned(), "data".into());
    }
    merge(&mut schema, json!({ "$defs": definitions.schemas }));
    schema
}

/// The JSON Schema of the data alone, with its definitions under `$defs`.
#[must_use]
pub fn data_schema(shape: &'static Shape) -> Value {
    let mut definitions = Definitions { at: "#/$defs/", schemas: Map::new() };
    let mut schema = match shape {
        Shape::Object(object) => {
            let mut schema = json!({ "title": object.name, "description": object.doc });
            merge(&mut schema, definitions.object(object));
            schema
        }
        other => definitions.schema(other),
    };
    if !definitions.schemas.is_empty() {
        merge(&mut schema, json!({ "$defs": definitions.schemas }));
    }
    schema
}

/// Named objects, each described once.
pub(crate) struct Definitions {
    /// Where a reference finds them, with a slash at the end.
    pub(crate) at: &'static str,
    pub(crate) schemas: Map<String, Value>,
}

impl Definitions {
    /// The schema of an object itself, with references to the objects in it.
    pub(crate) fn object(&mut self, object: &'static Object) -> Value {
        let required: Vec<_> = object.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let properties: Map<_, _> =
            object.fields.iter().map(|field| (field.name.to_owned(), self.field(field))).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            merge(&mut schema, json!({ "required": required }));
        }
        if !object.any_of.is_empty() {
            let any_of: Vec<_> = object.any_of.iter().map(|name| json!({ "required": [name] })).collect();
            merge(&mut schema, json!({ "anyOf": any_of }));
        }
        schema
    }

    fn field(&mut self, field: &'static Field) -> Value {
        let mut schema = json!({ "description": field.doc });
        merge(&mut schema, self.schema(field.shape));
        if let Some(example) = field.example {
            merge(&mut schema, json!({ "examples": [example] }));
        }
        schema
    }

    fn schema(&mut self, shape: &'static Shape) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
            Shape::Text { min, max, lines } => {
                let mut schema =
                    json!({ "type": "string", "minLength": min, "maxLength": max, "pattern": text::pattern(*lines) });
                if *lines == Lines::Single {
                    merge(&mut schema, json!({ "not": ends_line() }));
                }
                schema
            }
            Shape::Formatted(format) => formatted(format),
            Shape::Constant(text) => json!({ "type": "string", "const": text }),
            Shape::Version(version) => json!({ "type": "integer", "const": version }),
            Shape::Choice(choices) => json!({ "type": "string", "enum": choices }),
            Shape::List { min, max, of } => {
                let mut schema = json!({ "type": "array", "maxItems": max, "items": self.schema(of) });
                if *min > 0 {
                    merge(&mut schema, json!({ "minItems": min }));
                }
                schema
            }
            Shape::Object(object) => {
                if !self.schemas.contains_key(object.name) {
                    // The place is taken first, so that a shape that contains itself ends.
                    self.schemas.insert(object.name.to_owned(), Value::Null);
                    let mut schema = json!({ "title": object.name, "description": object.doc });
                    merge(&mut schema, self.object(object));
                    self.schemas.insert(object.name.to_owned(), schema);
                }
                json!({ "$ref": format!("{}{}", self.at, object.name) })
            }
        }
    }
}

fn formatted(format: &Format) -> Value {
    let mut schema = json!({ "type": "string", "pattern": format.pattern });
    if let Some(max) = format.max_chars {
        merge(&mut schema, json!({ "maxLength": max }));
    }
    if let Some(name) = format.format {
        merge(&mut schema, json!({ "format": name }));
    }
    let not = match format.excludes {
        Some(excluded) => json!({ "anyOf": [{ "const": excluded }, ends_line()] }),
        None => ends_line(),
    };
    merge(&mut schema, json!({ "not": not }));
    merge(&mut schema, json!({ "examples": [format.sample] }));
    schema
}

/// A text with a line break at its end. In some languages, Python among them, `$` matches before it as well, so a pattern
/// alone would let it through.
fn ends_line() -> Value {
    json!({ "pattern": "\\n$" })
}

/// Adds the fields of `more` to `schema`.
pub(crate) fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}
