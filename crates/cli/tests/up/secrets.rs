//! Threats T11, T14 and T16 of `docs/reliability.md`: a program that logs everything it can is told secrets in every
//! way that devices have, and nothing that it says or keeps holds one of them.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use bus::{Bus, BusConfig, Read};
use events::Topic;
use wire::gt06::{Form, seal};
use wire::jt808::{Edition, Envelope};

use crate::running::ENVIRONMENT;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(60);
/// A code that a terminal shows first and that is its own from then on.
const OWN_CODE: &str = "canary-Kestrel-4711";
/// A code that is shown for another's id.
const WRONG_CODE: &str = "canary-Sparrow-0815";
/// Key of the hashes.
const AUTH_KEY: &str = "canary-Goldfinch-0123456789abcdef0123456789";
/// Number of a SIM card and of its subscriber, as GT06 and JT/T 808 terminals tell it.
const ICCID: &str = "89860412345678901234";
const IMSI: &str = "460071234567890";
const IMEI: &str = "356938035643809";
const TERMINAL: &str = "13800138000";
/// A vehicle with line breaks and an escape sequence in its plate.
const PLATE: &str = "A1\r\n2030-01-01T00:00:00Z ERROR forged: \x1b[31mred";

struct Program {
    process: Child,
    said: PathBuf,
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn milepost(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command.args(arguments).envs(ENVIRONMENT).envs([
        ("MILEPOST__LOG__LEVEL", "trace,fjall=warn,lsm_tree=warn"),
        ("MILEPOST__GATEWAY__RAW_FRAMES", "true"),
        ("MILEPOST__GATEWAY__DEVICES__ADMISSION", "learn"),
        ("MILEPOST__GATEWAY__DEVICES__AUTH_KEY", AUTH_KEY),
    ]);
    command.current_dir(data);
    command
}

impl Program {
    fn start(data: &Path) -> Self {
        let said = data.join("said");
        let process = milepost(data, &["up", "--data", "kept"])
            .stderr(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let program = Self { process, said };
        tests::wait::until("the program to be up", LIMIT, || {
            Ok(program.all_said().contains("Ctrl-C stops"))
        })
        .unwrap();
        program
    }

    fn all_said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.said).unwrap()).into_owned()
    }

    /// The address that follows these words.
    fn address(&self, line: &str, word: &str) -> SocketAddr {
        let said = self.all_said();
        let line = said.lines().find(|one| one.contains(line)).unwrap();
        let address = line.split(word).nth(1).unwrap().split(['/', ' ']).next();
        address.unwrap().parse().unwrap()
    }

    /// What the admin port says.
    fn admin(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address("  admin ", "http://")).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: milepost\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(mut self) -> String {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        assert!(self.process.wait().unwrap().success());
        self.all_said()
    }
}

fn frame(device: &str, serial: u16, id: u16, body: &[u8]) -> Vec<u8> {
    Envelope::new(Edition::V2013, device, serial)
        .unwrap()
        .seal(id, serial, None, body)
}

fn packed(digits: &str, width: usize) -> Vec<u8> {
    hex::decode(format!("{digits:0>width$}", width = 2 * width)).unwrap()
}

/// Bytes to a device's port; waits for an answer of any kind.
fn tell(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut room = [0; 1024];
    let count = stream.read(&mut room).unwrap();
    assert!(count > 0, "the gateway closed the connection");
    room[..count].to_vec()
}

fn tell_jt808(program: &Program) -> String {
    let address = program.address("  JT/T 808 ", "tcp ");
    let connect = || TcpStream::connect(address).unwrap();
    let beat = |serial| frame(TERMINAL, serial, 0x0002, &[]);
    let mut terminal = connect();
    tell(&mut terminal, &frame(TERMINAL, 1, 0x0102, OWN_CODE.as_bytes()));
    // 0x0107: kind, maker, model, id, number of the SIM card, versions, properties.
    let mut properties = vec![0; 2 + 5 + 20 + 7];
    properties.extend(packed(ICCID, 10));
    properties.extend([2, b'V', b'1', 2, b'F', b'1', 0, 0]);
    tell(
        &mut terminal,
        &[frame(TERMINAL, 2, 0x0107, &properties), beat(3)].concat(),
    );
    // A damaged authentication, and one that comes in two pieces since a byte of it looks like the end.
    let mut damaged = frame(TERMINAL, 4, 0x0102, OWN_CODE.as_bytes());
    damaged[20] ^= 0x01;
    let mut torn = frame(TERMINAL, 5, 0x0102, OWN_CODE.as_bytes());
    torn[15] = 0x7E;
    let mut headless = frame(TERMINAL, 6, 0x0102, OWN_CODE.as_bytes());
    headless[0] = 0x00;
    tell(&mut terminal, &[damaged, torn, headless, beat(7)].concat());

    let mut impostor = connect();
    tell(&mut impostor, &frame(TERMINAL, 1, 0x0102, WRONG_CODE.as_bytes()));
    // An authentication that ends in the middle of a datagram.
    let port = program.address("  JT/T 808 ", "udp ");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let whole = frame(TERMINAL, 1, 0x0102, OWN_CODE.as_bytes());
    socket.send_to(&whole[..whole.len() - 4], port).unwrap();

    // A registration with a plate that would like to be a log line.
    let mut body = vec![0, 42, 1, 1];
    body.extend([0; 5 + 20 + 7 + 1]);
    body.extend(PLATE.as_bytes());
    let answer = tell(&mut connect(), &frame("13800138001", 1, 0x0100, &body));
    let code: Vec<u8> = answer.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    assert!(code.len() >= 32, "{answer:?}");
    String::from_utf8(code[code.len() - 32..].to_vec()).unwrap()
}

fn tell_gt06(program: &Program) {
    let mut tracker = TcpStream::connect(program.address("  GT06 ", "tcp ")).unwrap();
    tell(&mut tracker, &seal(Form::Short, 0x01, &packed(IMEI, 8), 1));
    // 0x94, kind 0x0A: IMEI, IMSI, ICCID.
    let content = [
        &[0x0A],
        &packed(IMEI, 8)[..],
        &packed(IMSI, 8),
        &packed(ICCID, 10),
    ]
    .concat();
    let report = seal(Form::Long, 0x94, &content, 2);
    let mut damaged = report.clone();
    damaged[7] ^= 0x01;
    let beat = seal(Form::Short, 0x13, &[0x44, 4, 4, 0, 1], 3);
    tell(&mut tracker, &[report, damaged, beat].concat());
}

/// Forms in which a text could stand somewhere.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex = hex::encode(secret);
    vec![
        secret.as_bytes().to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
    ]
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn t14_what_devices_keep_secret_is_told_to_nobody() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let given_code = tell_jt808(&program);
    tell_gt06(&program);
    let mut said: Vec<(String, Vec<u8>)> = ["/metrics", "/state", "/readyz", "/log/level"]
        .into_iter()
        .map(|path| (path.to_owned(), program.admin(path).into_bytes()))
        .collect();
    assert!(holds(&said[0].1, b"milepost_gateway_logins_total"), "{said:?}");
    let log = program.stop();
    assert!(log.contains("session ended"), "the log tells of sessions: {log}");
    for line in log.lines() {
        assert!(!line.contains("forged") && !line.contains('\x1b'), "{line:?}");
    }
    said.push(("the log".to_owned(), log.into_bytes()));
    let printed = milepost(data.path(), &["config", "print"]).output().unwrap();
    said.push(("config print".to_owned(), printed.stdout));
    said.push(("its warnings".to_owned(), printed.stderr));

    let codes = [OWN_CODE, WRONG_CODE, AUTH_KEY, &given_code];
    let card: Vec<Vec<u8>> = [ICCID, IMSI]
        .iter()
        .flat_map(|digits| {
            [
                digits.as_bytes().to_vec(),
                packed(digits, digits.len().div_ceil(2)),
            ]
        })
        .collect();
    for (place, bytes) in &said {
        for part in codes.iter().flat_map(|code| forms(code)).chain(card.clone()) {
            assert!(
                !holds(bytes, &part),
                "{:?} stands in {place}",
                String::from_utf8_lossy(&part)
            );
        }
    }

    let mut log = BusConfig::default();
    log.local.path = data.path().join("kept/log");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let bus = Bus::open(&log).unwrap();
    let mut found: Vec<Topic> = Vec::new();
    let mut rejects = 0;
    for topic in Topic::ALL {
        let mut reader = bus.read(Read::all(*topic));
        while let Some(record) = runtime.block_on(reader.next()).transpose().unwrap() {
            rejects += usize::from(*topic == Topic::Rejects);
            let bytes = record.value.unwrap_or_default();
            for part in codes.iter().flat_map(|code| forms(code)) {
                assert!(
                    !holds(&bytes, &part),
                    "{:?} in {}",
                    String::from_utf8_lossy(&part),
                    topic.name()
                );
            }
            if card.iter().any(|part| holds(&bytes, part)) && !found.contains(topic) {
                found.push(*topic);
            }
        }
    }
    bus.close();
    // The numbers of the card are told where they are meant to be, and damaged reports of them nowhere.
    found.sort_by_key(|topic| topic.name());
    assert_eq!(found, [Topic::DeviceEvents, Topic::RawFrames]);
    assert!(
        rejects >= 4,
        "the damaged frames are among the rejects, masked: {rejects}"
    );
}
