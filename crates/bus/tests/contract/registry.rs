//! Values for readers with a schema registry, with a registry of the test's own that speaks as much of the interface as
//! is used.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bus::{Bus, BusConfig, Receipt, Wire};
use events::Topic;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use serde_json::{Value, json};

use crate::fixture::{Fixture as _, Settled, block_on, publish_all, read_all, record, values_of};
use crate::mock::Mock;

/// What the registry holds: subject, then schema and number, the first of them version 1.
type Held = Arc<Mutex<HashMap<String, Vec<(String, u32)>>>>;

/// Starts a registry; gives where it is and what it will hold.
fn registry() -> (String, Held) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let held = Held::default();
    let shared = held.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &shared);
        }
    });
    (url, held)
}

/// Answers the requests of a connection.
fn answer(mut stream: TcpStream, held: &Held) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().unwrap())
        });
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        let path = head.split(' ').nth(1).unwrap().replace("%2F", "/");
        let (status, said) = decide(&path, &serde_json::from_slice(&body).unwrap(), held);
        let said = said.to_string();
        write!(
            stream,
            "HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n{said}",
            said.len()
        )
        .unwrap();
    }
}

/// What Confluent's registry answers to `POST /subjects/SUBJECT[/versions]`.
fn decide(path: &str, asked: &Value, held: &Held) -> (u16, Value) {
    let mut held = held.lock().unwrap();
    assert_eq!(asked["schemaType"], "PROTOBUF");
    let subject = path.strip_prefix("/subjects/").unwrap();
    let (subject, enter) = match subject.strip_suffix("/versions") {
        Some(subject) => (subject, true),
        None => (subject, false),
    };
    let schema = asked["schema"].as_str().unwrap();
    for reference in asked["references"].as_array().unwrap() {
        let of = held.get(reference["subject"].as_str().unwrap());
        let version = usize::try_from(reference["version"].as_u64().unwrap()).unwrap();
        let known = of.is_some_and(|versions| versions.len() >= version);
        let imported = schema.contains(&format!("import {};", reference["name"]));
        if !known || !imported {
            return (422, json!({ "message": format!("reference {reference}") }));
        }
    }
    let next = 1 + held.values().map(Vec::len).sum::<usize>() as u32;
    let versions = held.entry(subject.to_owned()).or_default();
    let place = versions.iter().position(|(known, _)| known == schema);
    if let (None, true) = (place, enter) {
        if !versions.is_empty() {
            return (
                409,
                json!({ "error_code": 409, "message": "incompatible with an earlier schema" }),
            );
        }
        versions.push((schema.to_owned(), next));
        return (200, json!({ "id": next }));
    }
    match place {
        None => (404, json!({ "error_code": 40403, "message": "Schema not found" })),
        Some(place) => {
            let (_, id) = versions[place];
            (
                200,
                json!({ "subject": subject, "version": place + 1, "id": id, "schema": schema }),
            )
        }
    }
}

fn config(mock: &Mock, url: &str) -> BusConfig {
    let mut config = mock.config();
    config.kafka.wire = Wire::Confluent;
    config.kafka.registry_url = url.to_owned();
    config
}

/// The bytes of the first value of a topic, as a stranger reads them.
fn first_value(brokers: &str, topic: Topic) -> Vec<u8> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "stranger")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&[topic.name()]).unwrap();
    loop {
        if let Some(message) = consumer.poll(Duration::from_secs(60)) {
            return message.unwrap().payload().unwrap().to_vec();
        }
    }
}

#[test]
fn values_carry_the_number_of_their_schema_and_our_readers_see_the_message() {
    block_on(async {
        let mock = Mock::new();
        let (url, held) = registry();
        let config = config(&mock, &url);
        let open = config.clone();
        let bus = tokio::task::spawn_blocking(move || Bus::open(&open))
            .await
            .unwrap()
            .unwrap();
        publish_all(
            &bus.publisher(),
            [record(Topic::Stops, "device", Some("\u{a}value"))],
        )
        .await;
        let id = {
            let held = held.lock().unwrap();
            let topics = Topic::ALL.iter().map(|topic| format!("{}-value", topic.name()));
            for subject in topics {
                assert_eq!(held[&subject].len(), 1, "{subject}");
            }
            assert!(held.contains_key("milepost/origin/v1/origin.proto"));
            held[&format!("{}-value", Topic::Stops.name())][0].1
        };
        let brokers = config.kafka.brokers.clone();
        let value = tokio::task::spawn_blocking(move || first_value(&brokers, Topic::Stops))
            .await
            .unwrap();
        // Stop is the second message of its file: a list of one place, 1, both in zigzag form.
        let expected = [&[0][..], &id.to_be_bytes(), &[2, 2], b"\x0avalue"].concat();
        assert_eq!(value, expected);
        assert_eq!(
            values_of(&read_all(&bus, Topic::Stops).await, "device"),
            ["\u{a}value"]
        );
        // A reader that was told nothing of a registry sees the same.
        let raw = Bus::open(&mock.config()).unwrap();
        assert_eq!(
            values_of(&read_all(&raw, Topic::Stops).await, "device"),
            ["\u{a}value"]
        );
    });
}

#[test]
fn a_registry_that_does_not_help_is_told_with_what_to_do() {
    block_on(async {
        let mock = Mock::new();
        let refusal = |config: BusConfig| async move {
            let opened = tokio::task::spawn_blocking(move || Bus::open(&config))
                .await
                .unwrap();
            opened.unwrap_err().to_string()
        };
        let (url, held) = registry();
        let mut unknown = config(&mock, &url);
        unknown.kafka.registry_register = false;
        let said = refusal(unknown.clone()).await;
        assert!(
            said.contains("404 Schema not found") && said.contains("registry_register"),
            "{said}"
        );

        let subject = format!("{}-value", Topic::Positions.name());
        held.lock()
            .unwrap()
            .insert(subject.clone(), vec![("message Other {}".to_owned(), 1)]);
        let said = refusal(config(&mock, &url)).await;
        assert!(said.contains(&subject) && said.contains("409"), "{said}");

        let said = refusal(config(&mock, "http://127.0.0.1:9")).await;
        assert!(
            said.contains("does not answer") && said.contains("kafka.wire"),
            "{said}"
        );

        for url in ["", "https://registry:8081", "http://user:hunter2@registry:8081"] {
            let said = refusal(config(&mock, url)).await;
            assert!(
                said.contains("kafka.registry_url") && !said.contains("hunter2"),
                "{said}"
            );
        }
    });
}

#[test]
fn schemas_that_are_there_are_only_looked_up() {
    block_on(async {
        let mock = Mock::new();
        let (url, held) = registry();
        let first = config(&mock, &url);
        tokio::task::spawn_blocking(move || Bus::open(&first))
            .await
            .unwrap()
            .unwrap();
        let before = held.lock().unwrap().clone();
        let mut second = config(&mock, &url);
        second.kafka.registry_register = false;
        let bus = tokio::task::spawn_blocking(move || Bus::open(&second))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(*held.lock().unwrap(), before);
        let settled = Arc::new(Settled::default());
        let record = record(Topic::Positions, "device", Some("\u{a}value"));
        bus.publisher().publish(record, Receipt::new(settled.clone(), 0));
        assert!(bus.flush(Duration::from_secs(60)).await);
        assert_eq!(settled.outcomes(), [(0, Ok(()))]);
    });
}
