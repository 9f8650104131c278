//! `merit serve`: a campaign of one's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use campaign::organisation::{self, Grant, NewPerson, units_of};
use campaign::{Action, Actor, Command, CommandId, PersonId, Time, rules};
use host::{Options, Parts, Request};
use ledger::vault::{Cipher, Key};
use ledger::{Keys, Location, Signer};
use rulebook::{Say, say};
use web::App;
use web::identity::oidc::Config as SignOn;
use web::identity::{Account, Accounts};
use web::notices::Config as Notices;
use web::operator::BadConfig;
use web::vault::{Profile, Writing};

use super::{Served, cannot_start, serve};
use crate::args::ledger::Place;
use crate::args::web::Serve;
use crate::commands::ledger::keys::write_secret;
use crate::commands::ledger::location;
use crate::failure::Failure;
use crate::load::{self, Opened};

/// Serves a campaign; founds it the first time.
pub fn run(args: &Serve) -> Result<(), Failure> {
    let opened = load::campaign(&args.dir)?;
    fs::create_dir_all(&args.data).map_err(|error| Failure::write(&args.data, &error))?;
    let _ = tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .try_init();
    let place = match &args.ledger {
        Some(ledger) => location(&Place {
            ledger: ledger.clone(),
        })?,
        None => Location::File(args.data.join("ledger.merit")),
    };
    let name = opened.campaign.file.id.to_string();
    let accounts =
        Accounts::open(&args.data.join("accounts.db")).map_err(|error| cannot_start(&error))?;
    let served = Served {
        options: Options::new(name.clone(), args.data.join("snapshots")),
        parts: parts(&args.data.join("keys"), &name, place)?,
        accounts,
        demo: None,
        notices: args
            .notices
            .as_deref()
            .map(|file| settings(file, |text| Notices::read(text, &args.data)))
            .transpose()?,
        sign_on: args
            .sign_on
            .as_deref()
            .map(|file| settings(file, SignOn::read))
            .transpose()?,
    };
    serve(served, &args.listen, |app, base| {
        let founded = found(app, args, &opened)?;
        let open = say!("打开 {base}", "Open {base}");
        Ok(match founded {
            Some(Say { zh, en }) => Say {
                zh: format!("{}\n{zh}", open.zh),
                en: format!("{}\n{en}", open.en),
            },
            None => open,
        })
    })
}

/// What the operator has written in a file.
fn settings<T>(file: &Path, read: impl FnOnce(&str) -> Result<T, BadConfig>) -> Result<T, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::read(file, &error))?;
    read(&text).map_err(|error| {
        let file = file.display();
        Failure::Refused(Some(say!(
            "{file} 不能用:{error};格式见 merit serve --help",
            "{file} can't be used: {error}; see merit serve --help"
        )))
    })
}

fn parts(keys: &Path, name: &str, place: Location) -> Result<Parts, Failure> {
    fs::create_dir_all(keys).map_err(|error| Failure::write(keys, &error))?;
    let signer = keys.join("signing.key");
    let signer = match read(&signer)? {
        Some(text) => {
            Signer::from_private_text(text.trim()).map_err(|error| unfit(&signer, &error))?
        }
        None => {
            let made = Signer::generate(name).map_err(|error| cannot_start(&error))?;
            write_secret(&signer, &made.to_private_text())?;
            made
        }
    };
    let key = keys.join("vault.key");
    if !key.exists() {
        let made = Key::generate().map_err(|error| cannot_start(&error))?;
        made.write_new(&key).map_err(|error| cannot_start(&error))?;
    }
    let key = Key::read(&key).map_err(|error| unfit(&key, &error))?;
    let trusted = Keys::new(vec![signer.verifier().clone()], Vec::new());
    Ok(Parts {
        open: Arc::new(move || place.open()),
        cipher: Arc::new(Cipher::new(key)),
        keys: Arc::new(trusted.map_err(|error| cannot_start(&error))?),
        signer: Arc::new(signer),
        clock: Arc::new(now),
    })
}

fn now() -> Time {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    Time(passed.map_or(0, |passed| {
        i64::try_from(passed.as_secs()).unwrap_or(i64::MAX)
    }))
}

fn read(path: &PathBuf) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::read(path, &error)),
    }
}

fn unfit(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    let path = path.display();
    Failure::Refused(Some(say!(
        "{path} 不是密钥:{error};用备份的密钥换回来",
        "{path} is no key: {error}; put the copy that was kept back"
    )))
}

/// Founds a campaign of which nothing is known yet: adopts the rules, imports the units, registers an administrator.
fn found(app: &App, args: &Serve, opened: &Opened) -> Result<Option<Say>, Failure> {
    let state = app.host.read();
    if state.length() > 0 {
        return Ok(None);
    }
    let (Some(unit), Some(name)) = (&args.admin_unit, &args.admin_name) else {
        return Err(Failure::Usage(say!(
            "第一次启动要登记一个管理员:写 --admin-unit 和 --admin-name",
            "the first start registers an administrator: give --admin-unit and --admin-name"
        )));
    };
    let offset = opened.campaign.file.calendar.utc_offset_minutes;
    let today = app.now().day(offset);
    let calendar = campaign::calendar::Calendar::new(&opened.campaign.file.calendar);
    let files = texts(opened);
    let from = calendar.period_of(today);
    send(
        app,
        Action::Rules(rules::Action::Adopt { from, files }),
        Writing::new(),
    )?;
    let units = units_of(opened.campaign.organisation.as_deref().unwrap_or_default());
    let from = today;
    send(
        app,
        Action::Organisation(organisation::Action::ImportUnits { from, units }),
        Writing::new(),
    )?;
    administrator(app, (unit, name), today, opened).map(Some)
}

fn texts(opened: &Opened) -> BTreeMap<String, String> {
    let files = opened.folder.files.iter();
    let texts = files.filter(|(path, _)| path.ends_with(".toml"));
    let text = |(path, bytes): (&String, &Vec<u8>)| {
        (path.clone(), String::from_utf8_lossy(bytes).into_owned())
    };
    texts.map(text).collect()
}

/// Registers the first person, who runs the campaign and invites the others.
fn administrator(
    app: &App,
    (unit, name): (&str, &str),
    from: campaign::Date,
    opened: &Opened,
) -> Result<Say, Failure> {
    let person = PersonId::from("p00001");
    let profile = Profile {
        name: name.to_owned(),
        ..Profile::default()
    };
    let json = serde_json::to_string(&profile).unwrap_or_default();
    let mut writing = Writing::new();
    let profile = writing
        .text("name", &json)
        .map_err(|problem| Failure::Usage(problem.text))?;
    let people = vec![NewPerson {
        person: person.clone(),
        unit: unit.into(),
        profile: Some(profile),
    }];
    send(
        app,
        Action::Organisation(organisation::Action::RegisterPeople { from, people }),
        writing,
    )?;
    let closes = opened.campaign.file.calendar.closing.closed_by.as_ref();
    let grant = Grant {
        role: closes.map_or("administrator", |role| role.as_str()).into(),
        unit: None,
        from,
        until: None,
    };
    let give = organisation::Action::GiveRole {
        person: person.clone(),
        grant,
    };
    send(app, Action::Organisation(give), Writing::new())?;
    let mut random = [0; 12];
    getrandom::fill(&mut random).map_err(|error| cannot_start(&error))?;
    let password = hex::encode(random);
    let account = Account {
        login: "admin".to_owned(),
        person,
    };
    app.accounts
        .add(&account, &password)
        .map_err(|error| cannot_start(&error))?;
    Ok(say!(
        "管理员账号:admin,密码:{password}(只显示这一次,登录后请更换)",
        "The administrator's account is `admin`, its password {password} (shown this once; change it after signing in)"
    ))
}

fn send(app: &App, action: Action, writing: Writing) -> Result<(), Failure> {
    let id = web::act::new_key().unwrap_or(CommandId([0; 16]));
    let command = Command {
        id,
        by: Actor::Program("serve".into()),
        action,
    };
    let request = Request {
        command,
        items: writing.items,
    };
    let done = app.host.execute(request);
    done.map(drop)
        .map_err(|failure| Failure::Refused(Some(failure.say())))
}
