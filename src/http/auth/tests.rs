use super::*;
use crate::config;
use crate::soap::fixture;

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

fn gate() -> Arc<Gate> {
    Arc::new(Gate::new(Arc::new(fixture::settings())).expect("threads"))
}

fn header(text: impl AsRef<[u8]>) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

async fn login(gate: &Arc<Gate>, text: impl AsRef<[u8]>) -> Result<String, i32> {
    login_from(gate, text, ADDRESS).await
}

async fn login_from(gate: &Arc<Gate>, text: impl AsRef<[u8]>, from: IpAddr) -> Result<String, i32> {
    let user = gate.check(Credentials::from_header(&header(text)), from).await;
    user.map(|user| user.name).map_err(|failure| failure.code.number)
}

#[actix_web::test]
async fn only_the_right_password_of_a_known_user_opens() {
    let gate = gate();
    assert_eq!(login(&gate, "erp:pass:word").await.as_deref(), Ok("erp"));
    for wrong in ["erp:pass", "erp:", "nobody:pass:word", ":", "nothing"] {
        assert_eq!(login(&gate, wrong).await, Err(1001), "{wrong}");
    }
    assert!(gate.check(None, ADDRESS).await.is_err());
}

#[actix_web::test]
async fn credentials_come_as_utf_8_or_as_iso_8859_1() {
    let gate = gate();
    assert_eq!(login(&gate, "müller:süß").await.as_deref(), Ok("müller"));
    assert_eq!(login(&gate, b"m\xFCller:s\xFC\xDF").await.as_deref(), Ok("müller"));
}

#[test]
fn other_schemes_and_broken_headers_are_no_credentials() {
    for header in ["", "Basic", "Basic !!", "Bearer abc", "Digest username=\"erp\"", "Basic 4Zpw"] {
        assert!(Credentials::from_header(header).is_none(), "{header}");
    }
    for header in ["basic ZXJwOng=", "BASIC  ZXJwOng", " Basic ZXJwOng= "] {
        assert!(Credentials::from_header(header).is_some_and(|c| c.user == "erp"), "{header}");
    }
}

#[actix_web::test]
async fn the_right_password_is_remembered_and_a_wrong_one_for_five_minutes() {
    let gate = gate();
    let right = gate.code(&Credentials { user: "erp".into(), password: "pass:word".into() });
    let wrong = gate.code(&Credentials { user: "erp".into(), password: "x".into() });
    assert_eq!(gate.recall(Some(0), &right, Instant::now()), None);
    assert!(login(&gate, "erp:pass:word").await.is_ok() && login(&gate, "erp:x").await.is_err());
    let now = Instant::now();
    assert_eq!(gate.recall(Some(1), &right, now), None);
    assert_eq!(gate.recall(Some(0), &wrong, now), Some(false));
    assert_eq!(gate.recall(Some(0), &right, now + REMEMBERED), Some(true));
    assert_eq!(gate.recall(Some(0), &wrong, now + REMEMBERED), None);
}

#[test]
fn wrong_credentials_are_remembered_up_to_a_number() {
    let gate = gate();
    let now = Instant::now();
    let code = |n: usize| {
        let mut code = [0; 32];
        code[..8].copy_from_slice(&n.to_be_bytes());
        code
    };
    for n in 0..=WRONG_REMEMBERED {
        gate.remember(None, code(n), false, ADDRESS, now + Duration::from_micros(n as u64));
    }
    assert_eq!(gate.recall(None, &code(0), now), None, "the oldest is forgotten");
    assert_eq!(gate.recall(None, &code(1), now), Some(false));
    assert_eq!(lock(&gate.wrong).len(), WRONG_REMEMBERED);
}

#[actix_web::test]
async fn many_logins_at_once_with_one_password_are_all_answered() {
    let gate = gate();
    let logins: Vec<_> = (0..40)
        .map(|_| {
            let gate = Arc::clone(&gate);
            actix_web::rt::spawn(async move { login(&gate, "erp:pass:word").await.is_ok() })
        })
        .collect();
    for login in logins {
        assert_eq!(login.await.ok(), Some(true));
    }
    assert_eq!((gate.queue.taken(), gate.runs.free()), (0, runs()));
}

#[actix_web::test]
async fn a_flood_of_wrong_passwords_is_paused_and_locks_nobody_out_who_was_in() {
    let gate = gate();
    assert!(login(&gate, "erp:pass:word").await.is_ok());
    let guesses: Vec<_> = (0..300)
        .map(|n| {
            let gate = Arc::clone(&gate);
            actix_web::rt::spawn(async move { login(&gate, format!("erp:{n}")).await })
        })
        .collect();
    let mut answers = HashMap::new();
    for guess in guesses {
        let number = guess.await.expect("an answer").expect_err("a wrong password");
        *answers.entry(number).or_insert(0) += 1;
    }
    let tried = answers.get(&1001).copied().unwrap_or_default();
    assert!((1..20).contains(&tried), "few of them cost an Argon2 run: {answers:?}");
    assert_eq!(answers.keys().filter(|number| ![1001, 1021, 9003].contains(*number)).count(), 0, "{answers:?}");
    assert!(login(&gate, "erp:pass:word").await.is_ok(), "the right password is known");
    assert!(login(&gate, "müller:süß").await.is_ok(), "another user of the same address");
    let elsewhere = IpAddr::from([198, 51, 100, 1]);
    assert_eq!(login_from(&gate, "erp:new guess", elsewhere).await, Err(1001), "the same user from another address is checked");
    assert_eq!(login(&gate, "erp:new guess 2").await, Err(1021), "a new guess is not");
}

#[actix_web::test]
async fn what_is_remembered_does_not_make_guessing_quick() {
    let gate = gate();
    assert!(login(&gate, "erp:pass:word").await.is_ok());
    let elsewhere = IpAddr::from([198, 51, 100, 1]);
    for n in 0..6 {
        assert_eq!(login_from(&gate, format!("erp:{n}"), elsewhere).await, Err(1001));
    }
    assert_eq!(login_from(&gate, "erp:pass:word", elsewhere).await, Err(1021), "a right guess looks like a wrong one");
    assert!(login(&gate, "erp:pass:word").await.is_ok(), "where it was right before, it is right");
}

#[actix_web::test]
async fn a_pause_says_when_to_come_again() {
    let gate = gate();
    for n in 0..6 {
        assert_eq!(login(&gate, format!("erp:{n}")).await, Err(1001));
    }
    let failure = gate.check(Credentials::from_header(&header("erp:another")), ADDRESS).await.map(|user| user.name).expect_err("a pause");
    assert_eq!((failure.code.name, failure.retry_after()), (code::LOGIN_PAUSED.name, Some(1)));
    assert_eq!(login(&gate, "erp:0").await, Err(1001), "what is known to be wrong is answered from memory");
}

#[actix_web::test]
async fn a_full_queue_refuses_instead_of_growing() {
    let gate = gate();
    let parties: Vec<_> = (0..=255).map(|n| Party::Address(IpAddr::from([10, 0, 0, n]))).collect();
    let places: Vec<_> = parties.iter().map(|party| gate.queue.take(party)).collect();
    assert!(places.iter().all(Option::is_some));
    assert_eq!(login(&gate, "erp:pass:word").await, Err(9003));
    drop(places);
    let from_one = Party::Address(ADDRESS);
    let places: Vec<_> = std::iter::from_fn(|| gate.queue.take(&from_one)).collect();
    assert_eq!(login(&gate, "erp:pass:word").await, Err(9003), "an address has its share");
    assert!(login_from(&gate, "erp:pass:word", [10, 0, 0, 1].into()).await.is_ok());
    drop(places);
}

#[test]
fn an_unknown_user_is_checked_with_the_hash_that_costs_the_most() {
    let mut settings = fixture::settings();
    let cheap = settings.users[0].password_hash.clone();
    let dear = config::password::hash("pass:word").expect("a hash");
    settings.users[1].password_hash = dear.clone().into();
    assert!(cost(&dear) > cost(cheap.expose_secret()));
    let gate = Gate::new(Arc::new(settings)).expect("threads");
    assert_eq!(gate.dearest().map(|user| user.name.as_str()), Some("müller"));
}
