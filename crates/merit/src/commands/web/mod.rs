//! `merit demo` and `merit serve`: a host with its pages, until it is told to stop.

pub mod demo;
pub mod serve;

use std::sync::Arc;

use host::{Clock, Host, Options, Parts};
use rulebook::{Say, say};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use web::app::Demo;
use web::identity::Accounts;
use web::{App, Server, Settings};

use crate::args::web::Listen;
use crate::failure::Failure;
use crate::lang::lang;
use crate::terminal;

/// What is served.
struct Served {
    options: Options,
    parts: Parts,
    accounts: Accounts,
    demo: Option<Demo>,
    notices: Option<web::notices::Config>,
    sign_on: Option<web::identity::oidc::Config>,
}

/// Serves until Ctrl-C or SIGTERM. `ready` is called with the running campaign and its address, before anyone is let in; what it
/// says is printed.
fn serve(
    served: Served,
    listen: &Listen,
    ready: impl FnOnce(&Arc<App>, &str) -> Result<Say, Failure>,
) -> Result<(), Failure> {
    let runtime = Runtime::new().map_err(|error| cannot_listen(listen, &error))?;
    let bound = runtime.block_on(TcpListener::bind(listen.listen));
    let listener = bound.map_err(|error| cannot_listen(listen, &error))?;
    let at = listener
        .local_addr()
        .map_err(|error| cannot_listen(listen, &error))?;
    let base = listen
        .base_url
        .clone()
        .unwrap_or_else(|| format!("http://{at}"));
    let clock: Clock = Arc::clone(&served.parts.clock);
    let host = Host::start(served.options, served.parts).map_err(|error| cannot_start(&error))?;
    let settings = Settings {
        base: base.trim_end_matches('/').to_owned(),
        demo: served.demo,
        proxies: listen.proxy.clone(),
        notices: served.notices,
        sign_on: served.sign_on,
        ..Settings::default()
    };
    let app =
        App::new(host, clock, served.accounts, settings).map_err(|error| cannot_start(&error))?;
    let text = ready(&app, &base)?;
    terminal::print(&format!("{}\n", text.get(lang())))?;
    let serving = Server::run(Arc::clone(&app), listener, told_to_stop());
    runtime
        .block_on(serving)
        .map_err(|error| cannot_listen(listen, &error))?;
    drop(runtime);
    let Some(app) = Arc::into_inner(app) else {
        return Ok(());
    };
    match app.host.stop().trouble {
        None => Ok(()),
        Some(trouble) => Err(Failure::Io(say!(
            "停止时有没做完的:{trouble};什么都没有丢,下次启动会接着做",
            "something wasn't finished on stopping: {trouble}; nothing is lost, the next start goes on from there"
        ))),
    }
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _interrupted = interrupted.await;
        }
    }
}

fn cannot_listen(listen: &Listen, error: &std::io::Error) -> Failure {
    let at = listen.listen;
    Failure::Io(say!(
        "不能在 {at} 监听:{error};换一个 --listen",
        "can't listen at {at}: {error}; choose another --listen"
    ))
}

/// An error with what it comes from.
fn cannot_start(error: &dyn std::error::Error) -> Failure {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    Failure::Io(say!("启动不了:{text}", "can't start: {text}"))
}
