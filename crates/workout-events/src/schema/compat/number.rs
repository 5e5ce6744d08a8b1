//! JSON values as JSON Schema compares them: `1` and `1.0` are the same number, and no integer is rounded.

use std::cmp::Ordering;

use serde_json::{Map, Value};

/// The same value with every whole number written as an integer, and with the names of objects in order.
pub(super) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => whole(number.as_f64().filter(|_| number.is_f64())).unwrap_or_else(|| value.clone()),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(sorted.into_iter().map(|(name, field)| (name.clone(), normal(field))).collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// Whether JSON Schema calls both values equal.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    normal(a) == normal(b)
}

/// The order of two numbers, and `None` when one of the values is no number.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    let (a, b) = (normal(a), normal(b));
    match (integer(&a), integer(&b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        // At least one side has a fraction or lies beyond 64 bits: rounding the other one cannot change the order.
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

fn whole(number: Option<f64>) -> Option<Value> {
    let digits = number.filter(|number| number.fract() == 0.0).map(|number| format!("{number:.0}"))?;
    digits.parse::<i64>().map(Value::from).or_else(|_| digits.parse::<u64>().map(Value::from)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_whole_float_is_its_integer() {
        assert!(same(&json!({"a": [1.0, -0.0]}), &json!({"a": [1, 0]})));
        assert!(!same(&json!(1.5), &json!(1)));
        assert!(!same(&json!("1"), &json!(1)));
    }

    #[test]
    fn neighbours_beyond_the_precision_of_floats_differ() {
        assert_eq!(
            order(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992_u64)),
            Some(Ordering::Greater)
        );
        assert_eq!(order(&json!(u64::MAX), &json!(i64::MIN)), Some(Ordering::Greater));
        assert_eq!(order(&json!(0.5), &json!(1)), Some(Ordering::Less));
        assert_eq!(order(&json!("1"), &json!(1)), None);
    }
}
