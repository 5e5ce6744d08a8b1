//! The documentation as a page: without a script, and without anything from elsewhere.

use std::fmt::Write;

use serde_json::Value;

/// The page of this document.
pub(super) fn render(document: &Value) -> String {
    let mut page = String::from(HEAD);
    let info = &document["info"];
    let _ = write!(
        page,
        "<h1>{} <small>{}</small></h1><p>{}</p><p><a href=\"openapi.json\">openapi.json</a></p>",
        text(&info["title"]),
        text(&info["version"]),
        text(&info["description"])
    );
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            describe(&mut page, path, method, operation);
        }
    }
    page.push_str("<h2>Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let pretty = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            page,
            "<details id=\"{name}\"><summary>{name}</summary><pre>{}</pre></details>",
            escape(&pretty),
            name = escape(name)
        );
    }
    page.push_str("</main></html>");
    page
}

const HEAD: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
    <meta name=viewport content=\"width=device-width\"><title>Workout statistics: the API</title>\
    <link rel=stylesheet href=\"docs.css\"><main>";

/// How the page looks.
pub(super) const STYLE: &str = include_str!("docs.css");

fn describe(page: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        page,
        "<details><summary><b>{}</b> <code>{}</code> {}</summary>",
        escape(&method.to_uppercase()),
        escape(path),
        text(&operation["summary"])
    );
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    if !parameters.is_empty() {
        page.push_str("<table><thead><tr><th>name<th>in<th>values<th>what it is<tbody>");
    }
    for parameter in parameters {
        let required = if parameter["required"] == true { " *" } else { "" };
        let _ = write!(
            page,
            "<tr><td><code>{}</code>{required}<td>{}<td>{}<td>{}",
            text(&parameter["name"]),
            text(&parameter["in"]),
            schema(&parameter["schema"]),
            text(&parameter["description"])
        );
    }
    if !parameters.is_empty() {
        page.push_str("</table>");
    }
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        for (media_type, content) in content {
            let _ = write!(page, "<p>Body: {} {}</p>", escape(media_type), schema(&content["schema"]));
        }
    }
    page.push_str("<table><thead><tr><th>status<th>what it means<th>body<tbody>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let lines = text(&response["description"]).replace('\n', "<br>");
        let _ = write!(page, "<tr><td>{}<td>{lines}<td>", escape(status));
        for (media_type, content) in response["content"].as_object().into_iter().flatten() {
            let _ = write!(page, "{} {}", escape(media_type), schema(&content["schema"]));
        }
    }
    page.push_str("</table></details>");
}

/// A link to what has a name, and the schema itself otherwise.
fn schema(schema: &Value) -> String {
    match schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => format!("<a href=\"#{name}\">{name}</a>", name = escape(name)),
        None => format!("<code>{}</code>", escape(&schema.to_string())),
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
