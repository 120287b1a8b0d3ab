//! The platform's side in tests: a session with an admission that lets all in, fed with bytes.

use wire::jt808::{Edition, Envelope, Message, Received, Settings, Splitter, Terminal};
use wire::{Admission, Claim, Credentials, Session, Step, Time, Verdict, WireError};

/// What the admission of a test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Everybody is known; registration gives the code `AUTH0001`.
    Open,
    /// Only who registers or shows the code `AUTH0001` is let in.
    Strict,
    /// Nobody is known.
    Closed,
}

impl Admission for Policy {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        match (*self, &claim.credentials) {
            (Self::Closed, _) => Verdict::UnknownDevice,
            (_, Credentials::Register) => Verdict::Registered {
                code: "AUTH0001".to_owned(),
            },
            (_, Credentials::Code(code)) if *code == b"AUTH0001" => Verdict::Accepted,
            (_, Credentials::Code(_)) => Verdict::WrongCode,
            (Self::Open, Credentials::None) => Verdict::Accepted,
            (Self::Strict, Credentials::None) => Verdict::WrongCode,
        }
    }
}

/// A platform that notes what a terminal gets from it.
pub(crate) struct Platform {
    pub(crate) terminal: Terminal,
    pub(crate) splitter: Splitter,
    pub(crate) policy: Policy,
    pub(crate) now: Time,
    /// What is wrong with frames that are none.
    pub(crate) bad: Vec<WireError>,
}

impl Platform {
    pub(crate) fn new(policy: Policy) -> Self {
        Self::with(policy, Settings::default())
    }

    pub(crate) fn with(policy: Policy, settings: Settings) -> Self {
        let now = Time(1_718_418_645_000);
        let terminal = Terminal::new(settings, now);
        Self {
            terminal,
            splitter: Splitter::default(),
            policy,
            now,
            bad: Vec::new(),
        }
    }

    /// Feeds bytes that end with a frame; gives the step of each frame.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Step<Received<'static>>> {
        let mut scratch = Vec::new();
        let mut at = 0;
        let mut steps = Vec::new();
        while let Some(split) = self.splitter.next(&bytes[at..], &mut scratch) {
            at += split.consumed;
            match split.frame {
                Ok(frame) => {
                    let step = self.terminal.receive(frame, self.now, &mut self.policy);
                    steps.push(Step {
                        publish: step.publish.map(owned),
                        answers: step.answers,
                        reject: step.reject,
                        admitted: step.admitted,
                        close: step.close,
                    });
                }
                Err(error) => self.bad.push(error),
            }
        }
        steps
    }

    /// Feeds one frame.
    pub(crate) fn frame(&mut self, bytes: &[u8]) -> Step<Received<'static>> {
        let mut steps = self.feed(bytes);
        assert_eq!(steps.len(), 1, "one frame");
        steps.pop().unwrap()
    }

    /// Lets time pass.
    pub(crate) fn wait_s(&mut self, seconds: i64) -> Step<Received<'static>> {
        self.now = self.now.after_s(seconds);
        self.terminal.expire(self.now)
    }
}

fn owned(received: Received<'_>) -> Received<'static> {
    Received {
        body: received.body.into_owned().into(),
        ..received
    }
}

/// The message of the only answer of a step, and the frame's serial.
pub(crate) fn answer<R>(step: &Step<R>, check: impl FnOnce(&Message<'_>)) {
    assert_eq!(step.answers.len(), 1, "one answer");
    message_in(&step.answers[0].bytes, check);
}

/// The message of one frame of the platform.
pub(crate) fn message_in(bytes: &[u8], check: impl FnOnce(&Message<'_>)) {
    let mut scratch = Vec::new();
    let split = Splitter::default().next(bytes, &mut scratch).expect("a frame");
    let frame = split.frame.expect("a good frame");
    let decoded = Message::parse(frame.header.id, frame.header.edition(Edition::V2013), frame.body).unwrap();
    check(&decoded.message);
}

/// An envelope of a terminal.
pub(crate) fn envelope(edition: Edition, serial: u16) -> Envelope {
    Envelope::new(edition, "13800138000", serial).unwrap()
}
