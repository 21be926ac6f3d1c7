//! Web Push: the example of RFC 8291, what a browser decrypts, and who signed.

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Signer};

use super::*;

/// The keys of the browser in RFC 8291, appendix A.
fn example() -> BrowserKeys {
    BrowserKeys::read(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    .expect("keys")
}

#[test]
fn the_example_of_rfc_8291_is_encrypted_as_there() {
    let shared = from_base64url("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs").expect("a secret");
    let own = from_base64url("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    let salt: [u8; 16] = from_base64url("DGv6ra1nlYgDCS1FRnbzlw").expect("a salt").try_into().expect("16 bytes");
    let own = own.expect("a key");
    let (key, nonce) = example().derive(&shared, &own, &salt);
    assert_eq!((base64url(&key).as_str(), base64url(&nonce).as_str()), ("oIhVW04MRdy2XN9CiKLxTg", "4h_95klXJ5E_qnoN"));
    let sealed = example().seal(b"When I grow up, I want to be a watermelon", &shared, &own, &salt).expect("a record");
    let body = [&salt[..], &RECORD.to_be_bytes(), &[POINT as u8], &own, &sealed].concat();
    let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(base64url(&body), expected);
}

#[test]
fn the_browser_decrypts_what_was_encrypted_for_it() {
    let random = SystemRandom::new();
    let browser = EphemeralPrivateKey::generate(&ECDH_P256, &random).expect("a key");
    let public = browser.compute_public_key().expect("its public part");
    let keys = BrowserKeys { public: public.as_ref().to_vec(), auth: vec![7; AUTH] };
    let body = keys.encrypt(b"Hello").expect("a body");
    let (salt, rest) = body.split_first_chunk::<16>().expect("a salt");
    assert_eq!(rest[..5], [0, 0, 16, 0, 65]);
    let (sender, sealed) = rest[5..].split_at(POINT);
    let theirs = UnparsedPublicKey::new(&ECDH_P256, sender);
    let shared = agree_ephemeral(browser, &theirs, <[u8]>::to_vec).expect("a shared secret");
    let (key, nonce) = keys.derive(&shared, sender, salt);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
    let mut sealed = sealed.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).expect("a message");
    assert_eq!(plain, b"Hello\x02");
    // A salt and a key of its own each time.
    assert_ne!(body, keys.encrypt(b"Hello").expect("a body"));
}

#[test]
fn wrong_keys_and_long_messages_are_refused() {
    let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    let auth = "BTBZMqHH6r4Tts7J_aSIgg";
    assert!(BrowserKeys::read(good, auth).is_some() && BrowserKeys::read(&format!("{good}="), auth).is_some());
    for (public, auth) in [("", auth), (good, ""), (&good[..80], auth), (good, good), ("é", auth), (good, "BTBZ+")] {
        assert_eq!(BrowserKeys::read(public, auth), None, "{public} {auth}");
    }
    let none = BrowserKeys { public: [vec![4], vec![1; 64]].concat(), auth: vec![0; AUTH] };
    assert!(none.encrypt(b"Hello").is_err(), "no point of the curve");
    assert!(example().encrypt(&[b'a'; MOST]).is_ok_and(|body| body.len() <= RECORD as usize));
    assert!(example().encrypt(&[b'a'; MOST + 1]).is_err());
}

#[test]
fn requests_are_signed_with_the_key_that_browsers_know() {
    let vapid = Vapid::read(&Vapid::generate().expect("a pair")).expect("the pair");
    let now = Timestamp(1_768_572_000_000_000);
    let header = vapid.authorization("https://push.example", "https://forum.example", now).expect("a header");
    let (token, key) = header.strip_prefix("vapid t=").expect("a scheme").split_once(", k=").expect("a key");
    assert_eq!(key, vapid.public());
    let (text, signature) = token.rsplit_once('.').expect("a signature");
    let public = from_base64url(key).expect("a point");
    let signature = from_base64url(signature).expect("a signature");
    Signer::new(&ECDSA_P256_SHA256_FIXED, &public).verify(text.as_bytes(), &signature).expect("a valid signature");
    let (head, claims) = text.split_once('.').expect("claims");
    assert_eq!(from_base64url(head).as_deref(), Some(br#"{"typ":"JWT","alg":"ES256"}"#.as_slice()));
    let claims: serde_json::Value = serde_json::from_slice(&from_base64url(claims).expect("JSON")).expect("claims");
    assert_eq!(claims["aud"], "https://push.example");
    assert_eq!(claims["sub"], "https://forum.example");
    assert_eq!(claims["exp"], 1_768_572_000 + VALID_SECONDS);
    assert!(Vapid::read(b"nothing").is_err());
}

#[test]
fn base64url_is_read_as_it_was_written() {
    for bytes in [b"".as_slice(), b"f", b"fo", b"foo", b"\xff\xfe\xfd\xfc", &[0; 65]] {
        assert_eq!(from_base64url(&base64url(bytes)).as_deref(), Some(bytes));
    }
    for bad in ["A", "A+", "A/", "Zh", "Z g", "AAAAA"] {
        assert_eq!(from_base64url(bad), None, "{bad}");
    }
}
