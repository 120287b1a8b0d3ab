use super::*;
use crate::config::Rate;

const NOW: i64 = 1_700_000_000_000;

fn rate(per_second: f64, burst: u32) -> Rate {
    Rate { per_second, burst }
}

fn guard(change: impl FnOnce(&mut GatewayConfig)) -> Guard {
    let mut config = GatewayConfig::default();
    change(&mut config);
    Guard::new(&config)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn t4_a_network_that_connects_too_fast_is_turned_away_and_others_are_not() {
    let guard = guard(|config| config.rates.accepts_per_network = rate(1.0, 3));
    let flood = |last: u8| guard.enter(Transport::Tcp, address(&format!("192.0.2.{last}")), NOW);
    let turned_away = (0..10).filter(|last| flood(*last).is_err()).count();
    assert_eq!(turned_away, 7);
    assert_eq!(guard.enter(Transport::Tcp, address("192.0.3.1"), NOW), Ok(()));
}

#[test]
fn t8_forged_senders_of_datagrams_spend_nothing_of_those_who_connect() {
    let guard = guard(|config| config.rates.accepts_per_network = rate(1.0, 3));
    let victim = address("192.0.2.1");
    while guard.enter(Transport::Udp, victim, NOW).is_ok() {}
    assert_eq!(guard.enter(Transport::Tcp, victim, NOW), Ok(()));
}

#[test]
fn t4_a_ban_comes_after_many_offences_and_ends() {
    let guard = guard(|config| {
        config.bans.offences = rate(1.0, 3);
        config.bans.seconds = 60.0;
    });
    let offender = address("192.0.2.1");
    let bans: Vec<bool> = (0..4).map(|_| guard.offence(offender, NOW)).collect();
    assert_eq!(bans, [false, false, false, true]);
    assert_eq!(
        guard.enter(Transport::Tcp, offender, NOW + 1),
        Err(TurnedAway::Banned)
    );
    assert!(
        !guard.banned(address("192.0.2.2"), NOW + 1),
        "its neighbour is not"
    );
    assert!(!guard.banned(offender, NOW + 60_001));
    assert!(
        !guard.banned(offender, NOW - 3_600_000),
        "a clock that is set back lifts it"
    );
}

#[test]
fn t4_an_address_with_devices_that_are_served_is_not_banned() {
    let guard = guard(|config| config.bans.offences = rate(0.001, 1));
    let carrier = address("192.0.2.1");
    guard.serves(carrier);
    guard.serves(carrier);
    while !guard.offence(carrier, NOW) {}
    assert!(!guard.banned(carrier, NOW + 1));
    guard.serves_no_more(carrier);
    assert!(!guard.banned(carrier, NOW + 1));
    guard.serves_no_more(carrier);
    assert!(guard.banned(carrier, NOW + 1));
}

#[test]
fn t1_guessing_codes_of_a_device_is_slow_and_does_not_lock_the_device_out() {
    let guard = guard(|config| config.rates.logins_per_device = rate(1.0, 3));
    let asks = |from| guard.asks("13800138000", address(from), Asks::Login, NOW);
    assert_eq!((0..100).filter(|_| asks("192.0.2.1")).count(), 3);
    assert!(asks("198.51.100.1"), "the device itself, elsewhere");
}

#[test]
fn t4_a_device_cannot_register_again_and_again() {
    let guard = guard(|config| config.rates.registrations_per_device = rate(0.1, 2));
    let from = address("192.0.2.1");
    let asks = |asks| guard.asks("13800138000", from, asks, NOW);
    assert_eq!((0..10).filter(|_| asks(Asks::Registration)).count(), 2);
    assert!(asks(Asks::Login));
}

#[test]
fn t2_a_storm_of_takeovers_makes_a_device_suspect_for_a_while() {
    let guard = guard(|config| {
        config.rates.takeovers_per_device = rate(0.01, 10);
        config.devices.suspect_seconds = 600.0;
    });
    let storm: Vec<bool> = (0..12).map(|_| guard.taken_over(b"1", NOW)).collect();
    assert_eq!(storm.iter().position(|suspect| *suspect), Some(10));
    assert_eq!(
        storm.iter().filter(|suspect| **suspect).count(),
        1,
        "it is told once"
    );
    assert_eq!(guard.suspect_until_ms(b"1"), NOW + 600_000);
    assert_eq!(guard.suspect_until_ms(b"2"), 0);
}

#[test]
fn t4_an_unknown_id_is_told_about_once_in_a_while() {
    let guard = guard(|config| config.rates.rejects_per_unknown_device = rate(1.0 / 60.0, 1));
    let told = (0..100).filter(|_| guard.refused("1", NOW)).count();
    assert_eq!(told, 1);
    assert!(guard.refused("2", NOW) && guard.refused("1", NOW + 60_000));
}

#[test]
fn t4_rejects_are_bounded_by_connection_and_over_all() {
    let guard = guard(|config| {
        config.rates.rejects_per_connection = rate(1.0, 10);
        config.rates.rejects = rate(1.0, 15);
    });
    let told = |connection: &mut Bucket| (0..100).filter(|_| guard.may_reject(connection, NOW)).count();
    assert_eq!(told(&mut Bucket::default()), 10);
    assert_eq!(told(&mut Bucket::default()), 5);
}

#[test]
fn t4_ten_thousand_devices_behind_one_address_are_let_in_at_once_by_default() {
    let guard = guard(|_| {});
    let carrier = address("192.0.2.1");
    for device in 0..10_000 {
        assert_eq!(guard.accepted(NOW), 0);
        assert_eq!(guard.enter(Transport::Tcp, carrier, NOW), Ok(()));
        let device = device.to_string();
        assert!(guard.asks(&device, carrier, Asks::Registration, NOW));
        assert!(guard.asks(&device, carrier, Asks::Login, NOW));
    }
}
