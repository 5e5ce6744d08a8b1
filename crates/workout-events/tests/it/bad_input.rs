//! The bad-input list: one row for each line, with its code and its pointer.

use serde_json::{Value, json};
use workout_events::{Code, DecodeError, Decoder, Event, Registry, WorkoutPerformed, jiff};

fn valid() -> Value {
    json!({
        "specversion": "1.0",
        "id": "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10",
        "source": "/coach",
        "type": "workout.performed",
        "time": "2026-03-28T18:30:00Z",
        "subject": "5b0d6a2e-7c1b-4a6e-9d3f-2b8f0c9e4d11",
        "datacontenttype": "application/json",
        "dataschema": "urn:workout:schema:workout.performed:1",
        "dataversion": 1,
        "data": {
            "workout_id": "5b0d6a2e-7c1b-4a6e-9d3f-2b8f0c9e4d11",
            "user_id": "9a1c3e5f-0b2d-4f6a-8c9e-1d3f5a7b9c0d",
            "revision": 1,
            "source": {"name": "coach"},
            "activity_type": "strength",
            "started_at": "2026-03-28T17:29:00+01:00",
            "ended_at": "2026-03-28T18:29:00+01:00",
            "time_zone": "Europe/Berlin",
            "energy_kcal": 320,
            "exercises": [{
                "exercise_id": "back-squat",
                "name": "Back squat",
                "sets": [{"index": 0, "kind": "normal", "reps": 5, "load_g": 100_000}]
            }]
        }
    })
}

fn now() -> jiff::Timestamp {
    "2026-04-01T00:00:00Z".parse().expect("a timestamp")
}

#[track_caller]
fn check_bytes(message: &[u8], want: &[(Code, &str)]) {
    let result = Decoder::new().now(now()).decode::<WorkoutPerformed>(message);
    let error = result.expect_err("the message must be refused");
    let got: Vec<_> = error.violations().iter().map(|v| (v.code, v.pointer.as_str())).collect();
    assert_eq!(got, want);
    // The reader of any type says the same.
    let registry = Registry::workout().decoder(Decoder::new().now(now()));
    let other = registry.read(message).expect_err("the registry must refuse it as well");
    let got: Vec<_> = other.violations().iter().map(|v| (v.code, v.pointer.as_str())).collect();
    assert_eq!(got, want, "by the registry");
}

#[track_caller]
fn check_text(message: &str, code: Code, pointer: &str) {
    check_bytes(message.as_bytes(), &[(code, pointer)]);
}

/// Puts `value`, given as JSON text, in the place of `pointer` and expects these violations.
#[track_caller]
fn check_all(pointer: &str, value: &str, want: &[(Code, &str)]) {
    check_bytes(with(pointer, value).as_bytes(), want);
}

#[track_caller]
fn check(pointer: &str, value: &str, code: Code) {
    check_all(pointer, value, &[(code, pointer)]);
}

#[track_caller]
fn check_rule(pointer: &str, value: &str, code: Code, at: &str) {
    check_all(pointer, value, &[(code, at)]);
}

#[track_caller]
fn accept(message: &str) -> Event<WorkoutPerformed> {
    Decoder::new().now(now()).decode(message.as_bytes()).expect("the message must be accepted")
}

/// The valid message with one value, given as JSON text, put at a pointer: JSON text can say what a tree cannot.
#[track_caller]
fn with(pointer: &str, value: &str) -> String {
    const MARK: &str = "@@mark@@";
    let mut message = valid();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    match message.pointer_mut(parent).expect("the parent exists") {
        Value::Object(map) => {
            map.insert(name.to_owned(), json!(MARK));
        }
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = json!(MARK),
        other => panic!("{other} has no fields"),
    }
    message.to_string().replace(&format!("\"{MARK}\""), value)
}

#[track_caller]
fn without(pointer: &str) -> String {
    let mut message = valid();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    message
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .and_then(|map| map.remove(name))
        .expect("the field was there");
    message.to_string()
}

#[test]
fn the_message_that_the_rows_break_is_valid() {
    let event = accept(&valid().to_string());
    assert_eq!(event.unknown_fields(), 0);
    assert_eq!(event.data().exercises[0].sets[0].load_g, Some(100_000));
}

mod bytes {
    use super::*;

    #[test]
    fn empty() {
        check_text("", Code::Empty, "");
        check_text(" \n\t", Code::Empty, "");
    }

    #[test]
    fn not_utf8() {
        check_bytes(b"{\"id\": \"\xff\xfe\"}", &[(Code::NotUtf8, "")]);
        check_bytes(&[0xed, 0xa0, 0x80], &[(Code::NotUtf8, "")]);
    }

    #[test]
    fn byte_order_mark() {
        check_text(&format!("\u{feff}{}", valid()), Code::ByteOrderMark, "");
    }

    #[test]
    fn truncated_anywhere() {
        let message = valid().to_string();
        for end in (1..message.len()).filter(|end| message.is_char_boundary(*end)) {
            check_text(&message[..end], Code::Truncated, "");
        }
    }

    #[test]
    fn trailing_bytes() {
        check_text(&format!("{} {{}}", valid()), Code::TrailingBytes, "");
        check_text(&format!("{}\0", valid()), Code::TrailingBytes, "");
    }

    #[test]
    fn not_json() {
        for text in [
            "hello",
            "{'id': 1}",
            "{\"id\": 01}",
            "{\"id\" 1}",
            "{\"id\": 1,}",
            "{\"id\": NaN}",
            "{\"id\": -}",
            "{\"a\": \"\\x\"}",
            "{\"a\": \"\t\"}",
            "{\"a\": \"\\u12g4\"}",
            "{\"a\": [1 2]}",
            "{\"a\": +1}",
            "{\"a\": Infinity}",
        ] {
            check_text(text, Code::InvalidJson, "");
        }
    }

    #[test]
    fn more_than_256_kib() {
        check_text(&with("/data/notes", &json!("x".repeat(1024 * 1024)).to_string()), Code::TooLarge, "");
        let spaces = 256 * 1024 - valid().to_string().len();
        accept(&format!("{}{}", valid(), " ".repeat(spaces)));
        check_text(&format!("{}{}", valid(), " ".repeat(spaces + 1)), Code::TooLarge, "");
    }
}

mod json_rules {
    use super::*;

    #[test]
    fn array_at_top() {
        check_text("[]", Code::WrongType, "");
        check_text(&format!("[{}]", valid()), Code::WrongType, "");
        check_text("\"text\"", Code::WrongType, "");
        check_text("null", Code::WrongType, "");
    }

    #[test]
    fn duplicate_keys() {
        let message = valid().to_string();
        let twice = |from: &str, to: &str| message.replacen(from, to, 1);
        check_text(&twice("\"revision\":1", "\"revision\":1,\"revision\":1"), Code::DuplicateKey, "/data/revision");
        check_text(
            &twice("\"revision\":1", "\"revision\":1,\"revisio\\u006e\":2"),
            Code::DuplicateKey,
            "/data/revision",
        );
        check_text(
            &twice("\"reps\":5", "\"reps\":5,\"x\":1,\"x\":2"),
            Code::DuplicateKey,
            "/data/exercises/0/sets/0/x",
        );
        check_text(
            &twice("\"source\":\"/coach\"", "\"source\":\"/coach\",\"ext\":{\"a/b\":1,\"a/b\":1}"),
            Code::DuplicateKey,
            "/ext/a~1b",
        );
    }

    #[test]
    fn deeper_than_64() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let unknown = |depth: usize| with("/data/later", &nested(depth));
        assert_eq!(accept(&unknown(62)).unknown_fields(), 1);
        let deepest = format!("/data/later{}", "/0".repeat(62));
        check_text(&unknown(63), Code::TooDeep, &deepest);
        check_text(&unknown(100_000), Code::TooDeep, &deepest);
        let objects = format!("{}1{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
        check_text(&with("/data/later", &objects), Code::TooDeep, &format!("/data/later{}", "/a".repeat(62)));
    }

    #[test]
    fn numbers_that_cannot_be_held() {
        check("/data/energy_kcal", "1e400", Code::NumberOutOfRange);
        check("/data/energy_kcal", "9007199254740992", Code::NumberOutOfRange);
        check("/data/energy_kcal", "-9007199254740992", Code::NumberOutOfRange);
        check("/data/energy_kcal", "123456789012345678901234567890", Code::NumberOutOfRange);
        check("/data/later", "[1e400]".trim_matches(['[', ']']), Code::NumberOutOfRange);
        check_rule("/data/later", "{\"deep\": [0, -1e999]}", Code::NumberOutOfRange, "/data/later/deep/1");
        accept(&with("/data/later", "[9007199254740991, 1e308, -0.0]"));
        check_text(&with("/data/energy_kcal", "NaN"), Code::InvalidJson, "");
    }

    #[test]
    fn nul_character() {
        check("/data/notes", r#""a\u0000b""#, Code::NulCharacter);
        check("/data/later", r#""a\u0000b\u0000""#, Code::NulCharacter);
        check_rule("/data/later", r#"{"a\u0000": 1}"#, Code::NulCharacter, "/data/later");
        check_all("/source", r#""\u0000""#, &[(Code::NulCharacter, "/source"), (Code::InvalidReference, "/source")]);
    }

    #[test]
    fn lone_surrogate() {
        for text in [r#""\ud800""#, r#""\udc00""#, r#""\ud800x""#, r#""\ud800\u0041""#, r#""\ud800\ud800""#] {
            check("/data/notes", text, Code::LoneSurrogate);
            check("/data/later", text, Code::LoneSurrogate);
        }
        let event = accept(&with("/data/notes", r#""\ud83c\udfcb""#));
        assert_eq!(event.data().notes.as_deref(), Some("🏋"));
    }

    #[test]
    fn null_is_not_absent() {
        check("/data/energy_kcal", "null", Code::NullValue);
        check("/data", "null", Code::NullValue);
        check("/traceparent", "null", Code::NullValue);
        assert_eq!(accept(&with("/data/later", "null")).unknown_fields(), 1);
    }
}

mod values {
    use super::*;

    #[test]
    fn integers() {
        check("/data/active_s", "-1", Code::BelowMinimum);
        check("/data/energy_kcal", "20001", Code::AboveMaximum);
        check("/data/energy_kcal", "320.5", Code::NotAnInteger);
        check("/data/energy_kcal", "320.0", Code::NotAnInteger);
        check("/data/energy_kcal", "3e2", Code::NotAnInteger);
        check("/data/energy_kcal", "-0", Code::NotAnInteger);
        check("/data/energy_kcal", "\"320\"", Code::WrongType);
        check("/data/energy_kcal", "true", Code::WrongType);
        check("/data/revision", "0", Code::BelowMinimum);
        check("/data/exercises/0/sets/0/reps", "1000000000", Code::AboveMaximum);
    }

    #[test]
    fn texts() {
        check("/data/title", &json!("x".repeat(201)).to_string(), Code::TooLong);
        check("/data/notes", &json!("🏋".repeat(4_001)).to_string(), Code::TooLong);
        accept(&with("/data/notes", &json!("🏋".repeat(4_000)).to_string()));
        check("/data/source/name", "\"\"", Code::TooShort);
        check("/data/title", r#""a\u0007b""#, Code::ControlCharacter);
        check("/data/title", r#""two\nlines""#, Code::ControlCharacter);
        accept(&with("/data/notes", r#""two\nlines\tand a tab""#));
        check("/data/notes", r#""a\u001bb""#, Code::ControlCharacter);
        check("/data/title", r#""\u202egpj.exe""#, Code::BidiControl);
        check("/data/notes", r#""\u2066x\u2069""#, Code::BidiControl);
    }

    #[test]
    fn markup_is_text_and_stays_as_it_is() {
        let event = accept(&with("/data/notes", r#""<script>alert(1)</script>""#));
        assert_eq!(event.data().notes.as_deref(), Some("<script>alert(1)</script>"));
        assert_eq!(accept(std::str::from_utf8(&event.encode()).expect("UTF-8")), event);
    }

    #[test]
    fn ids() {
        check_bytes(without("/id").as_bytes(), &[(Code::Missing, "/id")]);
        check("/id", "\"00000000-0000-0000-0000-000000000000\"", Code::NilUuid);
        check("/id", "\"42\"", Code::InvalidUuid);
        check("/id", "\"{0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10}\"", Code::InvalidUuid);
        check("/id", "\"0197a9f65d2c7c559f0a5a1f0e7f1f10\"", Code::InvalidUuid);
        check("/id", "42", Code::WrongType);
        check("/data/user_id", "\"urn:uuid:0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10\"", Code::InvalidUuid);
        let event = accept(&with("/id", "\"0197A9F6-5D2C-7C55-9F0A-5A1F0E7F1F10\""));
        assert_eq!(event.id().to_string(), "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10");
    }

    #[test]
    fn choices_and_slugs() {
        check("/data/activity_type", "\"juggling\"", Code::UnknownChoice);
        check("/data/activity_type", "\"Strength\"", Code::UnknownChoice);
        check("/specversion", "\"0.3\"", Code::UnknownChoice);
        check("/datacontenttype", "\"text/xml\"", Code::UnknownChoice);
        for slug in ["\"\"", "\"Back Squat\"", "\"-squat\"", "\"squat-\"", "\"back--squat\"", "\"kniebeuge-für-alle\""]
        {
            check("/data/exercises/0/exercise_id", slug, Code::InvalidSlug);
        }
        check("/source", "\"my service\"", Code::InvalidReference);
        check("/traceparent", "\"00-00000000000000000000000000000000-00f067aa0ba902b7-01\"", Code::InvalidTraceparent);
    }

    #[test]
    fn lists() {
        let exercise = valid()["data"]["exercises"][0].clone();
        let exercises = |count: usize| json!(vec![exercise.clone(); count]).to_string();
        accept(&with("/data/exercises", &exercises(100)));
        check("/data/exercises", &exercises(101), Code::TooManyItems);
        let bare = json!({"exercise_id": "a", "name": "A"});
        check("/data/exercises", &json!(vec![bare; 6_000]).to_string(), Code::TooManyItems);
        let sets = |count: usize| json!(vec![json!({"index": 0, "kind": "normal", "reps": 5}); count]).to_string();
        accept(&with("/data/exercises/0/sets", &sets(500)));
        check("/data/exercises/0/sets", &sets(501), Code::TooManyItems);
        let two = format!(
            "[{0},{0}]",
            json!({"exercise_id": "a", "name": "A", "sets": serde_json::from_str::<Value>(&sets(251)).expect("JSON")})
        );
        check("/data/exercises", &two, Code::TooManySets);
        check("/data/exercises/0/sets/0", r#"{"index": 0, "kind": "normal"}"#, Code::NothingMeasured);
        check("/data/exercises/0/sets/0", "7", Code::WrongType);
        check("/data/exercises", "{}", Code::WrongType);
    }
}

mod times {
    use super::*;

    #[test]
    fn end_before_start() {
        check("/data/ended_at", "\"2026-03-28T17:28:59+01:00\"", Code::EndNotAfterStart);
        check("/data/ended_at", "\"2026-03-28T17:29:00+01:00\"", Code::EndNotAfterStart);
        check("/data/ended_at", "\"2026-03-28T17:30:00+02:00\"", Code::EndNotAfterStart);
    }

    #[test]
    fn longer_than_a_day() {
        accept(&with("/data/ended_at", "\"2026-03-29T17:29:00+01:00\""));
        check("/data/ended_at", "\"2026-03-29T17:29:00.000000001+01:00\"", Code::SpanTooLong);
        check("/data/ended_at", "\"2026-03-29T17:29:01+01:00\"", Code::SpanTooLong);
    }

    #[test]
    fn forms_of_time() {
        check("/data/started_at", "\"2026-03-28T17:29:00\"", Code::MissingOffset);
        check("/data/started_at", "\"0000-01-01T00:00:00Z\"", Code::YearOutOfRange);
        check("/data/started_at", "\"9999-12-31T00:00:00Z\"", Code::YearOutOfRange);
        check("/data/started_at", "\"2016-12-31T23:59:60Z\"", Code::LeapSecond);
        check("/data/started_at", "\"2026-02-29T10:00:00Z\"", Code::InvalidTime);
        check("/data/started_at", "\"28 Mar 2026\"", Code::InvalidTime);
        check("/data/started_at", "1774715340", Code::WrongType);
        check("/time", "\"yesterday\"", Code::InvalidTime);
    }

    #[test]
    fn more_than_a_day_in_the_future() {
        accept(&with("/time", "\"2026-04-02T00:00:00Z\""));
        check("/time", "\"2026-04-02T00:00:01Z\"", Code::InFuture);
        let mut message = valid();
        message["data"]["started_at"] = json!("2026-04-02T00:00:00Z");
        message["data"]["ended_at"] = json!("2026-04-02T00:30:00Z");
        check_text(&message.to_string(), Code::InFuture, "/data/ended_at");
    }

    #[test]
    fn zones() {
        check("/data/time_zone", "\"Mars/Olympus\"", Code::UnknownTimeZone);
        check("/data/time_zone", "\"+02:00\"", Code::UnknownTimeZone);
        check("/data/time_zone", "\"\"", Code::UnknownTimeZone);
    }

    #[test]
    fn active_time_and_heart_rate() {
        accept(&with("/data/active_s", "3600"));
        check("/data/active_s", "3601", Code::ExceedsElapsed);
        let mut message = valid();
        message["data"]["avg_hr"] = json!(181);
        message["data"]["max_hr"] = json!(180);
        check_text(&message.to_string(), Code::AverageAboveMaximum, "/data/avg_hr");
    }
}

mod versions {
    use super::*;

    #[test]
    fn unknown_version_is_parked() {
        for (version, is_known) in [("2", false), ("4294967295", false), ("1", true)] {
            let result = Event::<WorkoutPerformed>::decode(with("/dataversion", version).as_bytes());
            match result {
                Ok(_) => assert!(is_known),
                Err(DecodeError::UnknownVersion(violations)) => {
                    assert!(!is_known);
                    assert_eq!(violations.first().pointer, "/dataversion");
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_broken_message_of_an_unknown_version_is_refused_and_not_parked() {
        let mut message = valid();
        message["dataversion"] = json!(2);
        message["source"] = json!("");
        let error = Event::<WorkoutPerformed>::decode(message.to_string().as_bytes()).unwrap_err();
        assert!(matches!(error, DecodeError::Refused(_)), "{error:?}");
        let codes: Vec<_> = error.violations().iter().map(|violation| violation.code).collect();
        assert_eq!(codes, [Code::InvalidReference, Code::UnknownVersion]);
    }

    #[test]
    fn a_version_that_cannot_be_is_refused() {
        check("/dataversion", "0", Code::UnknownVersion);
        check("/dataversion", "\"1\"", Code::WrongType);
        check("/dataversion", "1.0", Code::NotAnInteger);
        check_bytes(without("/dataversion").as_bytes(), &[(Code::Missing, "/dataversion")]);
    }

    #[test]
    fn unknown_type_says_so() {
        let message = with("/type", "\"workout.juggled\"");
        assert!(matches!(Event::<WorkoutPerformed>::decode(message.as_bytes()), Err(DecodeError::UnknownType(_))));
        check("/type", "\"workout.juggled\"", Code::UnknownType);
        check("/type", "7", Code::WrongType);
        check_bytes(without("/type").as_bytes(), &[(Code::Missing, "/type")]);
    }

    #[test]
    fn unknown_fields_are_accepted_and_counted() {
        let mut message = valid();
        message["ext"] = json!({"a": [1, 2, {"b": null}]});
        message["data"]["mood"] = json!("good");
        message["data"]["exercises"][0]["sets"][0]["tempo"] = json!("3-1-1");
        assert_eq!(accept(&message.to_string()).unknown_fields(), 3);
    }
}

/// `serde` would read them: the items as the fields, in their order.
#[test]
fn an_array_in_the_place_of_an_object_is_refused() {
    check("/data", "[]", Code::WrongType);
    check("/data/source", r#"["coach"]"#, Code::WrongType);
    check("/data/source", r#"["coach", "42", "sensed"]"#, Code::WrongType);
    check("/data/exercises/0", r#"["back-squat", "Back squat", "a", []]"#, Code::WrongType);
    check("/data/exercises/0/sets/0", r#"[0, "normal", 5]"#, Code::WrongType);
}

#[test]
fn unknown_fields_are_refused_where_that_was_asked_for() {
    let mut message = valid();
    message["ext"] = json!(1);
    message["data"]["mood"] = json!({"later": 1});
    message["data"]["exercises"][0]["sets"][0]["rep"] = json!(5);
    let error = Decoder::new()
        .now(now())
        .deny_unknown_fields()
        .decode::<WorkoutPerformed>(message.to_string().as_bytes())
        .unwrap_err();
    assert!(error.violations().iter().all(|violation| violation.code == Code::UnknownField));
    let mut pointers: Vec<_> = error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/data/exercises/0/sets/0/rep", "/data/mood", "/ext"]);
}

#[test]
fn every_violation_is_reported_and_not_just_the_first() {
    let mut message = valid();
    message["source"] = json!("");
    message["data"]["energy_kcal"] = json!(-1);
    message["data"]["title"] = json!("x\u{202e}".repeat(200));
    message["data"]["exercises"][0]["sets"][0]["reps"] = json!("five");
    message["data"]["exercises"][0]["sets"].as_array_mut().expect("sets").push(json!({"index": 1, "kind": "odd"}));
    message["data"]["avg_hr"] = json!(150);
    message["data"]["max_hr"] = json!(140);
    message["data"].as_object_mut().expect("data").remove("user_id");
    let text = message.to_string().replace("\"revision\":1", "\"revision\":1e999,\"note\":\"\\ud800\"");
    check_bytes(
        text.as_bytes(),
        &[
            (Code::NumberOutOfRange, "/data/revision"),
            (Code::LoneSurrogate, "/data/note"),
            (Code::InvalidReference, "/source"),
            (Code::Missing, "/data/user_id"),
            (Code::BelowMinimum, "/data/energy_kcal"),
            (Code::TooLong, "/data/title"),
            (Code::BidiControl, "/data/title"),
            (Code::WrongType, "/data/exercises/0/sets/0/reps"),
            (Code::UnknownChoice, "/data/exercises/0/sets/1/kind"),
            (Code::NothingMeasured, "/data/exercises/0/sets/1"),
            (Code::AverageAboveMaximum, "/data/avg_hr"),
        ],
    );
}

/// The most violations that a message of this size can have: what a diagnosis costs must not grow with their square.
#[test]
fn a_hostile_message_is_diagnosed_in_the_time_of_its_size() {
    let exercise = json!({"exercise_id": "a", "name": "A", "sets": vec![7; 500]});
    let message = with("/data/exercises", &json!(vec![exercise; 100]).to_string());
    let start = std::time::Instant::now();
    let error = Decoder::new().now(now()).decode::<WorkoutPerformed>(message.as_bytes()).unwrap_err();
    // 50,000 sets of the wrong type, and too many of them in all.
    assert_eq!(error.violations().as_slice().len(), 50_001);
    // An optimised build took 0.2 s for such a message, and 4.9 s when each violation was compared with all the others.
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
}

#[test]
fn a_rule_is_not_judged_on_a_value_that_is_refused() {
    let mut message = valid();
    message["data"]["started_at"] = json!("whenever");
    message["data"]["active_s"] = json!(86_400);
    check_text(&message.to_string(), Code::InvalidTime, "/data/started_at");
}
