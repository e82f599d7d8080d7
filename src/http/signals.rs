//! What the system asks of the process.

/// Ends when it is to stop.
#[cfg(unix)]
pub(super) async fn stop() {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            let which = std::future::poll_fn(|cx| {
                if terminate.poll_recv(cx).is_ready() {
                    std::task::Poll::Ready("SIGTERM")
                } else if interrupt.poll_recv(cx).is_ready() {
                    std::task::Poll::Ready("SIGINT")
                } else {
                    std::task::Poll::Pending
                }
            });
            // Not among the arguments: they are evaluated only where the log takes them.
            let which = which.await;
            log::info!("stop: {which}: no new calls are taken, running ones end");
        }
        _ => {
            log::warn!("signals cannot be received; the server only stops by force");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
pub(super) async fn stop() {
    if actix_web::rt::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Calls this with each SIGHUP.
#[cfg(unix)]
pub(super) async fn reload(asked: impl Fn()) {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    match signal(SignalKind::hangup()) {
        Ok(mut hangup) => {
            while hangup.recv().await.is_some() {
                asked();
            }
        }
        Err(error) => log::warn!("SIGHUP cannot be received: {error}"),
    }
}

#[cfg(not(unix))]
pub(super) async fn reload(_asked: impl Fn()) {}
