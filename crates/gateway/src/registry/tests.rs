use std::sync::atomic::Ordering;

use runtime::secrecy::SecretString;

use super::*;

const DEVICE: &str = "13800138000";

fn registry(admission: Admission, list: &[&str]) -> Registry {
    let registry = Registry::new(&Devices {
        admission,
        learn_per_minute: 2,
        list: list.iter().map(|device| (*device).to_owned()).collect(),
        auth_key: SecretString::from("0123456789abcdef0123456789abcdef"),
        ..Devices::default()
    })
    .unwrap();
    registry.loaded.store(true, Ordering::Release);
    registry
}

fn claim<'a>(device: &'a str, credentials: Credentials<'a>) -> Claim<'a> {
    Claim { device, credentials }
}

fn register(registry: &Registry) -> (String, Device) {
    let decision = registry.decide(&claim(DEVICE, Credentials::Register), Protocol::Jt808, 0);
    let Verdict::Registered { code } = decision.verdict else {
        panic!("expected a registration, found {:?}", decision.verdict);
    };
    (code, decision.change.unwrap())
}

fn show(registry: &Registry, code: &str) -> Verdict {
    registry
        .decide(
            &claim(DEVICE, Credentials::Code(code.as_bytes())),
            Protocol::Jt808,
            0,
        )
        .verdict
}

#[test]
fn unknown_devices_are_refused_and_nothing_is_written() {
    let registry = registry(Admission::Known, &[]);
    for credentials in [Credentials::None, Credentials::Register, Credentials::Code(b"x")] {
        let decision = registry.decide(&claim(DEVICE, credentials), Protocol::Jt808, 0);
        assert_eq!(decision.verdict, Verdict::UnknownDevice);
        assert!(decision.change.is_none());
    }
    assert_eq!(registry.len(), 0);
}

#[test]
fn before_the_topic_was_read_nobody_is_called_unknown() {
    let registry = registry(Admission::Learn, &[]);
    registry.loaded.store(false, Ordering::Release);
    let decision = registry.decide(&claim(DEVICE, Credentials::None), Protocol::Gt06, 0);
    assert_eq!(decision.verdict, Verdict::Banned);
}

#[test]
fn a_code_is_kept_as_a_hash_and_only_the_right_one_opens() {
    let registry = registry(Admission::Known, &[DEVICE]);
    let (code, record) = register(&registry);
    assert_eq!((code.len(), record.auth_code_hash.len()), (32, 32));
    assert!(!format!("{record:?}").contains(&code));
    assert_eq!(show(&registry, &code), Verdict::Accepted);
    assert_eq!(
        show(&registry, "00000000000000000000000000000000"),
        Verdict::WrongCode
    );
    let by_id = registry.decide(&claim(DEVICE, Credentials::None), Protocol::Jt808, 0);
    assert_eq!(by_id.verdict, Verdict::WrongCode, "who has a code must show it");
}

#[test]
fn a_device_that_did_not_receive_its_new_code_still_gets_in_with_the_old_one() {
    let registry = registry(Admission::Known, &[DEVICE]);
    let (first, _) = register(&registry);
    let (second, _) = register(&registry);
    assert_eq!(show(&registry, &first), Verdict::Accepted);
    assert_eq!(show(&registry, &second), Verdict::Accepted);
    assert_eq!(
        show(&registry, &first),
        Verdict::WrongCode,
        "the new one has been shown"
    );
}

#[test]
fn another_gateway_knows_the_device_from_the_topic() {
    let (one, two) = (
        registry(Admission::Known, &[DEVICE]),
        registry(Admission::Known, &[]),
    );
    let (code, record) = register(&one);
    two.learn_from_topic(DEVICE, Some(&record));
    assert_eq!(show(&two, &code), Verdict::Accepted);
    two.learn_from_topic(
        DEVICE,
        Some(&Device {
            blocked: true,
            ..record
        }),
    );
    assert_eq!(show(&two, &code), Verdict::UnknownDevice);
    two.learn_from_topic(DEVICE, None);
    assert_eq!(two.len(), 0);
}

#[test]
fn an_echo_from_the_topic_does_not_undo_a_newer_registration() {
    let registry = registry(Admission::Known, &[DEVICE]);
    let (_, echo) = register(&registry);
    let (second, _) = register(&registry);
    registry.learn_from_topic(DEVICE, Some(&echo));
    assert_eq!(show(&registry, &second), Verdict::Accepted);
}

#[test]
fn learning_is_explicit_and_has_a_rate() {
    let registry = registry(Admission::Learn, &[]);
    let learn =
        |device: &str, now_ms| registry.decide(&claim(device, Credentials::None), Protocol::Gt06, now_ms);
    let first = learn("1", 0);
    assert_eq!(first.verdict, Verdict::Accepted);
    assert_eq!(first.change.unwrap().admission(), How::Learned);
    assert_eq!(learn("2", 0).verdict, Verdict::Accepted);
    assert_eq!(learn("3", 0).verdict, Verdict::UnknownDevice);
    assert_eq!(learn("3", 60_000).verdict, Verdict::Accepted);
}

#[test]
fn a_missing_key_file_is_made_and_a_restart_reads_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = Devices {
        list: vec![DEVICE.to_owned()],
        auth_key_file: folder.path().join("keys/auth.key"),
        ..Devices::default()
    };
    let before = Registry::new(&config).unwrap();
    let (code, record) = register(&before);
    let after = Registry::new(&config).unwrap();
    after.learn_from_topic(DEVICE, Some(&record));
    assert_eq!(show(&after, &code), Verdict::Accepted);
}

#[test]
fn a_wrong_line_of_the_device_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("devices.txt");
    std::fs::write(&file, "# vans\n13800138000\nnot a device\n").unwrap();
    let config = Devices {
        file: Some(file),
        auth_key: SecretString::from("0123456789abcdef0123456789abcdef"),
        ..Devices::default()
    };
    let error = Registry::new(&config).err().unwrap();
    assert!(error.to_string().ends_with("devices.txt:3"), "{error}");
}
