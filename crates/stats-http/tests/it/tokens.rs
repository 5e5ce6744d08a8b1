//! Tokens: who is believed, and who is not. The bad input of tokens, a row each.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use stats_http::{Api, Jwt};
use stats_store::StatsStore;
use workout_events::UserId;

use crate::support::{LIMIT, Served};

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
const ISSUER: &str = "https://login.example";

/// Seconds since 1970, so many from now.
fn at(from_now: i64) -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + from_now
}

fn claims(user: UserId) -> Value {
    json!({ "iss": ISSUER, "aud": "stats", "exp": at(60), "sub": user })
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = unsigned(header, claims);
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn by_secret(secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

fn hs256(claims: &Value) -> String {
    signed(&json!({ "alg": "HS256", "typ": "JWT" }), claims, by_secret(SECRET))
}

async fn served(jwt: Jwt) -> Served {
    Served::new(Api::new(StatsStore::memory().reader()).authenticator(jwt).router()).await
}

async fn by_this_secret() -> Served {
    served(Jwt::secret(SECRET, ISSUER, "stats").unwrap()).await
}

/// What is said to whoever has this token and asks for this user: `Ok`, or a status and a code.
async fn say(served: &Served, token: &str, user: UserId) -> Result<(), (u16, String)> {
    let headers = format!("Authorization: Bearer {token}\r\n");
    let reply = served.send("GET", &format!("/v1/users/{user}/totals"), &headers, b"").await;
    if reply.status == 200 { Ok(()) } else { Err(reply.problem()) }
}

fn refused(status: u16, code: &str) -> Result<(), (u16, String)> {
    Err((status, code.to_owned()))
}

#[tokio::test]
async fn whoever_has_a_token_sees_their_own() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    assert_eq!(say(&served, &hs256(&claims(user)), user).await, Ok(()));
    assert_eq!(say(&served, &hs256(&claims(user)), UserId::generate()).await, refused(404, "not_found"));
    let mut several = claims(user);
    several["aud"] = json!(["other", "stats"]);
    assert_eq!(say(&served, &hs256(&several), user).await, Ok(()));
}

#[tokio::test]
async fn whoever_has_the_scope_sees_everybody() {
    let served = by_this_secret().await;
    let operator =
        json!({ "iss": ISSUER, "aud": "stats", "exp": at(60), "sub": "grafana", "scope": "read stats:admin" });
    assert_eq!(say(&served, &hs256(&operator), UserId::generate()).await, Ok(()));
    let mut other = operator.clone();
    other["scope"] = json!("read stats:administrator");
    assert_eq!(say(&served, &hs256(&other), UserId::generate()).await, refused(401, "invalid_token"));
}

#[tokio::test]
async fn a_token_that_is_signed_by_nobody_is_refused() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    for name in ["none", "None", "NONE", "", "HS512", "hs256"] {
        let header = json!({ "alg": name });
        for token in
            [format!("{}.", unsigned(&header, &claims(user))), signed(&header, &claims(user), by_secret(SECRET))]
        {
            assert_eq!(say(&served, &token, user).await, refused(401, "invalid_token"), "{name}");
        }
    }
    let other = signed(&json!({ "alg": "HS256" }), &claims(user), by_secret(b"another secret of thirty-two bytes.."));
    assert_eq!(say(&served, &other, user).await, refused(401, "invalid_token"));
}

#[tokio::test]
async fn a_token_that_is_over_is_refused_by_a_code_of_its_own() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    let mut over = claims(user);
    over["exp"] = json!(at(-31));
    assert_eq!(say(&served, &hs256(&over), user).await, refused(401, "expired_token"));
    // Clocks differ.
    over["exp"] = json!(at(-10));
    assert_eq!(say(&served, &hs256(&over), user).await, Ok(()));
}

#[tokio::test]
async fn a_token_without_what_it_has_to_say_is_refused() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    for name in ["iss", "aud", "exp", "sub"] {
        let mut without = claims(user);
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(say(&served, &hs256(&without), user).await, refused(401, "invalid_token"), "{name}");
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("exp", json!("9999999999")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        // Of another type, it is not as if it were absent.
        ("nbf", json!("0")),
        ("nbf", json!(at(60))),
        ("sub", json!("42")),
    ] {
        let mut other = claims(user);
        other[name] = value;
        assert_eq!(say(&served, &hs256(&other), user).await, refused(401, "invalid_token"), "{other}");
    }
}

#[tokio::test]
async fn a_header_that_is_no_bearer_token_is_refused() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    let good = hs256(&claims(user));
    let path = format!("/v1/users/{user}/totals");
    let long = "x".repeat(20_000);
    for header in [
        "Authorization: Basic YTpi\r\n".to_owned(),
        format!("Authorization: {good}\r\n"),
        "Authorization: Bearer\r\n".to_owned(),
        "Authorization: Bearer a.b\r\n".to_owned(),
        format!("Authorization: Bearer {good}.\r\n"),
        format!("Authorization: Bearer {good}=\r\n"),
        format!("Authorization: Bearer {long}\r\n"),
        format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {good}\r\n"),
        format!(
            "Authorization: Bearer {}\r\n",
            signed(&json!({ "alg": "HS256", "crit": ["x"] }), &claims(user), by_secret(SECRET))
        ),
    ] {
        let reply = served.send("GET", &path, &header, b"").await;
        assert_eq!(reply.problem(), (401, "invalid_token".to_owned()), "{header}");
    }
    assert_eq!(served.get(&path).await.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn a_token_in_the_address_is_refused_and_not_repeated() {
    let (served, user) = (by_this_secret().await, UserId::generate());
    let good = hs256(&claims(user));
    for name in ["access_token", "token", "Token", "jwt"] {
        let reply = served.get(&format!("/v1/users/{user}/totals?{name}={good}")).await;
        assert_eq!(reply.problem(), (400, "token_in_query".to_owned()));
        assert!(!reply.text().contains(&good));
    }
}

/// A file of keys, and the keys that sign.
struct Keys {
    file: tempfile::NamedTempFile,
    ed25519: Ed25519KeyPair,
    p256: EcdsaKeyPair,
}

impl Keys {
    fn new() -> Self {
        let random = SystemRandom::new();
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let p256 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self {
            file: tempfile::NamedTempFile::new().unwrap(),
            ed25519: Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).unwrap(),
            p256: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, p256.as_ref(), &random).unwrap(),
        }
    }

    fn write(&self, keys: &[Value]) {
        fs::write(self.file.path(), json!({ "keys": keys }).to_string()).unwrap();
    }

    fn ed25519_public(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.ed25519.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "new", "use": "sig" })
    }

    fn p256_public(&self) -> Value {
        let point = self.p256.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "old", "alg": "ES256" })
    }

    fn eddsa(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": "new" });
        signed(&header, claims, |message| self.ed25519.sign(message).as_ref().to_vec())
    }

    fn es256(&self, claims: &Value) -> String {
        let sign = |message: &[u8]| self.p256.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
        signed(&json!({ "alg": "ES256", "kid": "old" }), claims, sign)
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let (keys, user) = (Keys::new(), UserId::generate());
    keys.write(&[keys.ed25519_public(), keys.p256_public()]);
    let served = served(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").unwrap()).await;
    assert_eq!(say(&served, &keys.eddsa(&claims(user)), user).await, Ok(()));
    for public in [keys.ed25519.public_key().as_ref(), keys.p256.public_key().as_ref()] {
        for id in ["new", "old"] {
            let token = signed(&json!({ "alg": "HS256", "kid": id }), &claims(user), by_secret(public));
            assert_eq!(say(&served, &token, user).await, refused(401, "invalid_token"));
        }
    }
    // The signature of one key under the name of the other.
    let header = json!({ "alg": "EdDSA", "kid": "old" });
    let token = signed(&header, &claims(user), |message| keys.ed25519.sign(message).as_ref().to_vec());
    assert_eq!(say(&served, &token, user).await, refused(401, "invalid_token"));
}

#[tokio::test]
async fn keys_change_while_the_service_runs() {
    let (keys, user) = (Keys::new(), UserId::generate());
    keys.write(&[keys.p256_public(), json!({ "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB" })]);
    let served = served(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").unwrap()).await;
    let (old, new) = (keys.es256(&claims(user)), keys.eddsa(&claims(user)));
    assert_eq!(say(&served, &old, user).await, Ok(()));
    assert_eq!(say(&served, &new, user).await, refused(401, "invalid_token"));

    keys.write(&[keys.p256_public(), keys.ed25519_public()]);
    until(async || say(&served, &new, user).await.is_ok()).await;
    assert_eq!(say(&served, &old, user).await, Ok(()));

    keys.write(&[keys.ed25519_public()]);
    until(async || say(&served, &old, user).await.is_err()).await;
    assert_eq!(say(&served, &new, user).await, Ok(()));

    // The last one too.
    keys.write(&[]);
    until(async || say(&served, &new, user).await.is_err()).await;
}

#[test]
fn keys_that_cannot_be_used_are_said_before_anything_is_served() {
    assert!(Jwt::secret("short", ISSUER, "stats").is_err());
    assert!(Jwt::jwks_file("/there/is/no/such/file", ISSUER, "stats").is_err());
    let keys = Keys::new();
    keys.write(&[]);
    assert!(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").is_err());
    let shown = format!("{:?}", Jwt::secret(SECRET, ISSUER, "stats").unwrap());
    assert!(!shown.contains("thirty-two"), "{shown}");
}

/// A key of so many bits, which is made by somebody else's program: ours makes none.
fn rsa() -> RsaKeyPair {
    let made = Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"])
        .output()
        .expect("the program openssl is there");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Versions of it differ in how they write a key.
    RsaKeyPair::from_pkcs8(&made.stdout).or_else(|_| RsaKeyPair::from_der(&made.stdout)).unwrap()
}

fn rsa_public(n: &[u8], e: &[u8]) -> Value {
    json!({ "kty": "RSA", "kid": "rsa", "alg": "RS256", "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) })
}

#[tokio::test]
async fn a_token_by_an_rsa_key_is_believed_and_by_another_one_is_not() {
    let (keys, user, [ours, other]) = (Keys::new(), UserId::generate(), [rsa(), rsa()]);
    let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(ours.public());
    keys.write(&[rsa_public(&n, &e)]);
    let served = served(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").unwrap()).await;
    let rs256 = |key: &RsaKeyPair, name: &str| {
        signed(&json!({ "alg": name, "kid": "rsa" }), &claims(user), |message| {
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        })
    };
    assert_eq!(say(&served, &rs256(&ours, "RS256"), user).await, Ok(()));
    assert_eq!(say(&served, &rs256(&other, "RS256"), user).await, refused(401, "invalid_token"));
    assert_eq!(say(&served, &rs256(&ours, "RS512"), user).await, refused(401, "invalid_token"));
    // What everybody knows of it is no secret.
    let swapped = signed(&json!({ "alg": "HS256", "kid": "rsa" }), &claims(user), by_secret(&n));
    assert_eq!(say(&served, &swapped, user).await, refused(401, "invalid_token"));
}

#[test]
fn keys_that_are_too_short_are_no_keys() {
    let keys = Keys::new();
    let of = |bytes: usize| URL_SAFE_NO_PAD.encode(vec![0xff; bytes]);
    let (e, zeros) = ([1, 0, 1], [vec![0; 128], vec![0xff; 128]].concat());
    for short in [
        rsa_public(&[0xff; 128], &e),
        rsa_public(&[0xff; 255], &e),
        rsa_public(&zeros, &e),
        json!({ "kty": "oct", "k": of(31) }),
        json!({ "kty": "EC", "crv": "P-256", "x": of(32), "y": of(31) }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": of(31) }),
    ] {
        keys.write(std::slice::from_ref(&short));
        assert!(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").is_err(), "{short}");
    }
    for long in [rsa_public(&[0xff; 256], &e), json!({ "kty": "oct", "k": of(32) })] {
        keys.write(std::slice::from_ref(&long));
        assert!(Jwt::jwks_file(keys.file.path(), ISSUER, "stats").is_ok(), "{long}");
    }
}

#[tokio::test]
async fn keys_that_changed_under_the_same_time_and_length_have_changed() {
    let (one, other, user) = (Keys::new(), Keys::new(), UserId::generate());
    let at = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
    let write = |public: Value| {
        one.write(&[public]);
        one.file.as_file().set_modified(at).unwrap();
        fs::metadata(one.file.path()).unwrap().len()
    };
    let length = write(one.ed25519_public());
    let served = served(Jwt::jwks_file(one.file.path(), ISSUER, "stats").unwrap()).await;
    assert_eq!(say(&served, &one.eddsa(&claims(user)), user).await, Ok(()));
    assert_eq!(write(other.ed25519_public()), length);
    let new = other.eddsa(&claims(user));
    until(async || say(&served, &new, user).await.is_ok()).await;
    assert_eq!(say(&served, &one.eddsa(&claims(user)), user).await, refused(401, "invalid_token"));
}

async fn until(condition: impl AsyncFn() -> bool) {
    let all = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(LIMIT, all).await.unwrap();
}

#[tokio::test]
async fn a_token_in_a_cookie_is_judged_as_one_in_the_header() {
    let user = UserId::generate();
    let jwt = Jwt::secret(SECRET, ISSUER, "stats").unwrap();
    let api = Api::new(StatsStore::memory().reader()).authenticator(jwt).browser_sessions();
    let served = Served::new(api.router()).await;
    let token = hs256(&claims(user));
    let form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
    let signed_in = served.send("POST", "/session", form, format!("token={token}").as_bytes()).await;
    assert_eq!(signed_in.status, 303, "{signed_in:?}");
    let cookie = signed_in.header("set-cookie").unwrap();
    let age: u64 = cookie.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!((1..=60).contains(&age), "no longer than the token: {cookie}");

    let mut expired = claims(user);
    expired["exp"] = json!(at(-3_600));
    let mut for_others = claims(user);
    for_others["aud"] = json!("others");
    let stranger =
        signed(&json!({ "alg": "HS256" }), &claims(user), by_secret(b"another secret of thirty-two bytes and more"));
    let nobody = unsigned(&json!({ "alg": "none" }), &claims(user)) + ".";
    for (token, want) in [
        (token, (200, None)),
        (hs256(&expired), (401, Some("expired_token"))),
        (hs256(&for_others), (401, Some("invalid_token"))),
        (stranger, (401, Some("invalid_token"))),
        (nobody, (401, Some("invalid_token"))),
    ] {
        let headers = format!("Cookie: stats_session={token}\r\n");
        let reply = served.send("GET", &format!("/v1/users/{user}/totals"), &headers, b"").await;
        let code = (reply.status != 200).then(|| reply.problem().1);
        assert_eq!((reply.status, code.as_deref()), want, "{token}");
    }
}
