//! A family of another team: its own types, versions and rules.

use workout_events::amqp::Message;
use workout_events::types::SLUG;
use workout_events::{Check, Code, DecodeError, EntityId, Event, EventType, Moment, Registry, UserId, contract, event};

/// A person is called by one name.
#[event(type = "member.named", version = 1, subject = user_id)]
pub struct MemberNamedV1 {
    /// The person.
    pub user_id: UserId,
    /// First and last name, in one text.
    #[field(chars = 1..=100)]
    pub name: String,
}

/// A person is called by several names.
#[event(
    type = "member.named",
    version = 3,
    subject = user_id,
    previous = MemberNamedV2,
    rules("a nickname differs from the given name")
)]
pub struct MemberNamed {
    /// The person.
    pub user_id: UserId,
    /// What the person is called.
    #[field(chars = 1..=60)]
    pub given: String,
    /// The name of the family.
    #[field(chars = 1..=60)]
    pub family: Option<String>,
    /// What friends say.
    #[field(chars = 1..=30)]
    pub nickname: Option<String>,
}

/// The step between: given and family name in a list.
#[event(type = "member.named", version = 2, subject = user_id, previous = MemberNamedV1)]
pub struct MemberNamedV2 {
    /// The person.
    pub user_id: UserId,
    /// The names, the given one first.
    #[field(items = 1..=2, chars = 1..=60)]
    pub names: Vec<String>,
}

impl From<MemberNamedV1> for MemberNamedV2 {
    fn from(old: MemberNamedV1) -> Self {
        let names = old.name.splitn(2, ' ').map(str::to_owned);
        Self::new(old.user_id, names)
    }
}

impl From<MemberNamedV2> for MemberNamed {
    fn from(old: MemberNamedV2) -> Self {
        let mut names = old.names.into_iter();
        let member = Self::new(old.user_id, names.next().unwrap_or_default());
        match names.next() {
            Some(family) => member.family(family),
            None => member,
        }
    }
}

impl MemberNamed {
    fn rules(&self, check: &mut Check<'_>) {
        let differs = self.nickname.as_deref() != Some(self.given.as_str());
        check.rule(differs, Code::Other("nickname_is_the_name"), &["nickname", "given"], "a nickname differs");
    }
}

#[test]
fn old_versions_are_brought_up_step_by_step_and_keep_their_identity() {
    let person = UserId::generate();
    let old =
        Event::builder("/crm", MemberNamedV1::new(person, "Ada King Lovelace")).correlation_id("c-1").build().unwrap();
    let new = Event::<MemberNamed>::decode(&old.encode()).unwrap();
    assert_eq!((new.id(), new.time(), new.correlation_id()), (old.id(), old.time(), Some("c-1")));
    assert_eq!((new.data().given.as_str(), new.data().family.as_deref()), ("Ada", Some("King Lovelace")));
    // The second version is read as well, and the newest as it is.
    let middle = Event::<MemberNamedV2>::decode(&old.encode()).unwrap();
    assert_eq!(Event::<MemberNamed>::decode(&middle.encode()).unwrap().data(), new.data());
    assert_eq!(Event::<MemberNamed>::decode(&new.encode()).unwrap(), new);
}

#[test]
fn an_old_reader_parks_what_a_newer_one_wrote() {
    let new = Event::new("/crm", MemberNamed::new(UserId::generate(), "Ada")).unwrap();
    let error = Event::<MemberNamedV1>::decode(&new.encode()).unwrap_err();
    assert!(matches!(error, DecodeError::UnknownVersion(_)), "{error:?}");
    assert_eq!(error.violations().first().pointer, "/dataversion");
}

#[test]
fn a_broken_old_message_is_refused_in_the_words_of_its_own_version() {
    let old = Event::new("/crm", MemberNamedV1::new(UserId::generate(), "Ada")).unwrap();
    let broken = String::from_utf8(old.encode()).unwrap().replace("\"Ada\"", "7");
    let error = Event::<MemberNamed>::decode(broken.as_bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::Refused(_)));
    assert_eq!(error.violations().first().pointer, "/data/name");
}

#[test]
fn an_upcast_that_breaks_the_newer_contract_is_refused() {
    let long = "x".repeat(61);
    let old = Event::new("/crm", MemberNamedV1::new(UserId::generate(), long)).unwrap();
    let error = Event::<MemberNamed>::decode(&old.encode()).unwrap_err();
    assert_eq!(error.violations().first().code, Code::TooLong);
}

#[test]
fn a_family_has_rules_of_its_own() {
    let violations = Event::new("/crm", MemberNamed::new(UserId::generate(), "Ada").nickname("Ada")).unwrap_err();
    assert_eq!(violations.first().code, Code::Other("nickname_is_the_name"));
    assert_eq!(violations.first().pointer, "/data/nickname");
}

#[test]
fn a_registry_reads_families_side_by_side() {
    let registry = Registry::workout().with::<MemberNamed>();
    let event = Event::new("/crm", MemberNamedV1::new(UserId::generate(), "Ada")).unwrap();
    let accepted = registry.read(&event.encode()).unwrap();
    assert_eq!((accepted.event_type, accepted.version, accepted.id), ("member.named", 3, event.id()));
}

/// How a thing of the other family is kept.
#[contract]
pub enum Keeping {
    /// In a cupboard.
    InCupboard,
    /// Nowhere.
    Lost,
}

/// Everything that a field can be.
#[event(type = "thing.kept", version = 1, subject = thing_id, exchange = "things", any_of(note, weight))]
pub struct ThingKept {
    /// The thing.
    pub thing_id: EntityId,
    /// How it is kept.
    pub keeping: Keeping,
    /// Whether it is dear.
    pub is_dear: bool,
    /// Since when.
    pub since: Moment,
    /// How often it was counted.
    #[field(range = -5..=5, default = 1)]
    pub count: i8,
    /// Names.
    #[field(items = 0..=3, format = SLUG)]
    pub tags: Vec<String>,
    /// Numbers.
    #[field(items = 0..=3, range = 0..=9)]
    pub digits: Vec<u8>,
    /// A note.
    #[field(chars = 0..=10, lines)]
    pub note: Option<String>,
    /// Its weight.
    pub weight: Option<u64>,
}

fn thing() -> ThingKept {
    let since: Moment = "2026-01-01T00:00:00Z".parse().unwrap();
    ThingKept::new(EntityId::generate(), Keeping::InCupboard, true, since)
}

#[track_caller]
fn check(thing: ThingKept, want: &[(Code, &str)]) {
    let got = match Event::new("/things", thing) {
        Ok(event) => {
            assert_eq!(Event::<ThingKept>::decode(&event.encode()).unwrap(), event);
            Vec::new()
        }
        Err(violations) => violations.into_iter().map(|v| (v.code, v.pointer)).collect(),
    };
    let want: Vec<_> = want.iter().map(|(code, pointer)| (*code, (*pointer).to_owned())).collect();
    assert_eq!(got, want);
}

#[test]
fn every_kind_of_field_keeps_its_bounds() {
    assert_eq!(ThingKept::EXCHANGE, "things");
    check(thing().weight(0), &[]);
    check(thing().note("a\nb").tags(["one".to_owned()]).digits([0, 9]).count(-5), &[]);
    check(thing(), &[(Code::NothingMeasured, "/data")]);
    check(thing().weight(1 << 53), &[(Code::AboveMaximum, "/data/weight")]);
    check(thing().weight(0).count(6), &[(Code::AboveMaximum, "/data/count")]);
    check(thing().weight(0).tags(["A".to_owned()]), &[(Code::InvalidSlug, "/data/tags/0")]);
    check(thing().weight(0).digits([1, 10]), &[(Code::AboveMaximum, "/data/digits/1")]);
    check(thing().weight(0).digits([1; 4]), &[(Code::TooManyItems, "/data/digits")]);
    check(thing().note("eleven chars"), &[(Code::TooLong, "/data/note")]);
}

#[test]
fn choices_have_names_in_snake_case() {
    assert_eq!(Keeping::InCupboard.to_string(), "in_cupboard");
    assert_eq!("lost".parse::<Keeping>(), Ok(Keeping::Lost));
    assert_eq!("Lost".parse::<Keeping>().unwrap_err().to_string(), "expected one of in_cupboard, lost");
}

#[test]
fn what_is_forwarded_stays_in_its_version_with_all_its_fields() {
    let registry = Registry::new().with::<MemberNamed>();
    let event = Event::builder("/crm", MemberNamedV1::new(UserId::generate(), "Ada Lovelace")).build().unwrap();
    let later = String::from_utf8(event.encode()).unwrap().replacen('{', "{\"later\":1,", 1);
    let (id, message) = registry.forward(format!(" {later}\r").as_bytes()).unwrap();
    let mut expected = Message::of(&event).unwrap();
    expected.body = later.into_bytes();
    assert_eq!((id, message), (event.id(), expected));
    assert!(registry.forward(br#"{"type":"workout.performed"}"#).is_err());
}
