//! The HTTP of it: one handler that reads, judges, chooses, writes down and answers.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::stream::unfold;
use serde_json::Value;

use super::api::{self, Api, Endpoint};
use super::breach::{Breach, breach, conversation};
use super::choose::{Choice, Chosen, choose, said};
use super::log::{Exchange, Log};
use super::planning::{Prompt, Respond, is_for_an_agent};
use super::script::{Cut, Failure, Script};
use super::turn::{Reply, Turn};

/// The longest request that is read.
const LONGEST: usize = 32 << 20;
/// Headers whose values are not written down.
const SECRET: [&str; 3] = ["authorization", "x-api-key", "x-goog-api-key"];

struct Shared {
    script: Script,
    planner: Option<Respond>,
    planned: AtomicU64,
    served: Mutex<BTreeMap<(String, usize), u32>>,
    log: Arc<Log>,
}

pub(super) fn router(script: Script, planner: Option<Respond>, log: Arc<Log>) -> Router {
    let shared = Shared { script, planner, planned: AtomicU64::new(0), served: Mutex::default(), log };
    Router::new().fallback(handle).with_state(Arc::new(shared))
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await;
    let mut exchange = Exchange {
        number: 0,
        request: format!("{} {}", parts.method, parts.uri),
        status: 200,
        case: None,
        step: 0,
        unmet: Vec::new(),
        tools: Vec::new(),
        broke: None,
        headers: told(&parts.headers),
        body: body.as_ref().map_or_else(|_| String::new(), |b| String::from_utf8_lossy(b).into_owned()),
    };
    let asked = |api: &Api, counting: bool| {
        let bytes = body.as_ref().map_err(|_| Breach { at: "body".into(), rule: "is too long".into() })?;
        read(api, &parts.headers, &parts.uri, bytes, counting)
    };
    let ready = match Endpoint::of(&parts.method, &parts.uri) {
        Endpoint::Alive => Ready::Json(200, Value::Null),
        Endpoint::Models => Ready::Json(200, api::models()),
        Endpoint::Unknown => Ready::Json(404, api::unknown()),
        Endpoint::Count(api) => match asked(&api, true) {
            Ok(_) => Ready::Json(200, api.count(exchange.body.len() / 4)),
            Err(broken) => refused(api, &broken, &mut exchange),
        },
        Endpoint::Answer(api) => match asked(&api, false) {
            Ok(turn) => shared.answer(api, &turn, &mut exchange),
            Err(broken) => refused(api, &broken, &mut exchange),
        },
    };
    exchange.status = ready.status();
    shared.log.add(exchange);
    ready.respond().await
}

/// What is sent.
enum Ready {
    Json(u16, Value),
    Failure(Api, Failure),
    Reply(Api, Reply, bool),
    Hang,
}

impl Shared {
    fn answer(&self, api: Api, turn: &Turn, exchange: &mut Exchange) -> Ready {
        // An agent asks for it with its own tools beside it.
        let by_agent = || !turn.tools.is_empty() && turn.prompts().any(is_for_an_agent);
        if let (Some(planner), true) = (&self.planner, turn.form.is_some() || by_agent()) {
            exchange.case = by_agent().then(|| "plan".to_owned());
            let prompt = Prompt::of(turn, self.planned.fetch_add(1, Ordering::SeqCst));
            return match said(&planner(&prompt), turn) {
                Chosen::Reply(reply) => Ready::Reply(api, reply, turn.stream),
                Chosen::Fail(failure) => Ready::Failure(api, failure),
                Chosen::Hang => Ready::Hang,
            };
        }
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let Choice { chosen, case, step, unmet } = choose(&self.script, &mut served, turn);
        exchange.case = case;
        exchange.step = step;
        exchange.unmet = unmet;
        exchange.tools = turn.tools.iter().map(|tool| tool.name.clone()).collect();
        match chosen {
            Chosen::Reply(reply) => Ready::Reply(api, reply, turn.stream),
            Chosen::Fail(failure) => Ready::Failure(api, failure),
            Chosen::Hang => Ready::Hang,
        }
    }
}

fn read(api: &Api, headers: &HeaderMap, uri: &Uri, body: &Bytes, counting: bool) -> Result<Turn, Breach> {
    api.headers(headers, uri)?;
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return breach("body", "must be JSON") };
    let turn = api.read(&body, counting)?;
    if !counting {
        conversation(&turn)?;
    }
    Ok(turn)
}

fn refused(api: Api, broken: &Breach, exchange: &mut Exchange) -> Ready {
    exchange.broke = Some(broken.to_string());
    Ready::Failure(api, Failure { status: 400, message: broken.to_string(), retry_after: None })
}

fn told(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        let secret = SECRET.contains(&name.as_str());
        let value =
            if secret { "…".to_owned() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
        (name.to_string(), value)
    };
    headers.iter().map(text).collect()
}

impl Ready {
    fn status(&self) -> u16 {
        match self {
            Self::Json(status, _) => *status,
            Self::Failure(_, failure) => failure.status,
            Self::Reply(..) | Self::Hang => 200,
        }
    }

    async fn respond(self) -> Response {
        match self {
            Self::Json(status, Value::Null) => code(status).into_response(),
            Self::Json(status, value) => json(status, &value, None),
            Self::Failure(api, failure) => {
                let error = api.error(&failure);
                json(failure.status, &error, failure.retry_after)
            }
            Self::Reply(api, reply, true) => stream("text/event-stream", api.frames(&reply), &reply),
            Self::Reply(api, reply, false) => {
                let text = api.whole(&reply).to_string();
                let parts = super::turn::pieces(&text).map(str::to_owned).collect();
                stream("application/json", parts, &reply)
            }
            Self::Hang => std::future::pending().await,
        }
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json(status: u16, value: &Value, retry_after: Option<u32>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json".to_owned())];
    let later = retry_after.map(|seconds| [(header::RETRY_AFTER, seconds.to_string())]);
    match later {
        Some(later) => (code(status), kind, later, value.to_string()).into_response(),
        None => (code(status), kind, value.to_string()).into_response(),
    }
}

/// Sends the frames one by one, as slowly as the reply says, and ends as it says.
fn stream(kind: &'static str, mut frames: Vec<String>, reply: &Reply) -> Response {
    let cut = reply.cut;
    if cut != Cut::No {
        frames.truncate(frames.len().div_ceil(2));
    }
    // What is sent before a cut has to reach the client, so it is not sent in one go with the end.
    let pause = Duration::from_millis(if cut == Cut::No { reply.pause_ms } else { reply.pause_ms.max(2) });
    let delay = Duration::from_millis(reply.delay_ms);
    let steps = unfold((VecDeque::from(frames), false, delay), move |(mut left, ended, delay)| async move {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let delay = Duration::ZERO;
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        match (left.pop_front(), cut) {
            (Some(frame), _) => Some((Ok(Bytes::from(frame)), (left, false, delay))),
            (None, Cut::No) => None,
            (None, Cut::Hang) => std::future::pending().await,
            (None, Cut::Crash) if ended => None,
            (None, Cut::Crash) => {
                Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), (left, true, delay)))
            }
        }
    });
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(steps)).into_response()
}
