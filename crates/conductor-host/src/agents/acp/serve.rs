//! The conversation itself: agree on the version, have a session, set its mode, then prompt after prompt.

use std::io;
use std::path::PathBuf;

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema::{
    CancelNotification, ClientCapabilities, ContentBlock, ElicitationCapabilities,
    ElicitationFormCapabilities, Implementation, InitializeRequest, PromptRequest, TextContent,
};
use agent_client_protocol::v1::{ConnectionTo, Dispatch};
use agent_client_protocol::{Agent, Client as ClientRole, Error, Lines, UntypedMessage, on_receive_dispatch};
use conductor_engine::agent_event::AgentEvent;
use futures::StreamExt as _;
use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Either, select};
use futures::{Sink, Stream};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::catalogue::Known;
use super::super::limits::{end_by_error, status_in};
use super::super::profile::ProgramProfile;
use super::super::speaker::{TurnEnd, cut, finding};
use super::super::speakers::Opening;
use super::modes::{self, Choice};
use super::state::Stage;
use super::{Shared, locked, updates};
use crate::clock::now;
use crate::config::AgentMode;

/// The code by which agents say that nobody is signed in.
const AUTH_REQUIRED: i32 = -32000;

/// What the client is asked to do.
pub(super) enum Order {
    /// Another turn.
    Prompt(String),
    /// End the turn.
    Cancel,
}

/// What is to be talked about.
pub(super) struct Plan {
    workspace: PathBuf,
    session: Option<String>,
    /// `None`: a session is begun, and nothing is asked of the agent.
    prompt: Option<String>,
    servers: Vec<Value>,
    mode: AgentMode,
    /// The model, where no word of the command line and no variable tells it.
    model: Option<String>,
    known: Option<Known>,
}

impl Plan {
    pub(super) fn new(program: &ProgramProfile, opening: Opening<'_>) -> Self {
        let told = program.known.is_some_and(|known| {
            known.acp_model_env().is_some() || program.run.uses(super::super::argv::Slot::Model)
        });
        Self {
            workspace: opening.workspace.to_owned(),
            session: opening.session.map(str::to_owned),
            prompt: Some(opening.prompt.to_owned()).filter(|prompt| !prompt.is_empty()),
            servers: opening.server.into_iter().collect(),
            mode: program.mode,
            model: program.model.clone().filter(|_| !told),
            known: program.known,
        }
    }
}

/// Talks until the connection ends. How each turn ends is left in `state`.
pub(super) async fn serve<O, I>(
    lines: Lines<O, I>,
    plan: Plan,
    orders: UnboundedReceiver<Order>,
    state: Shared,
) where
    O: Sink<String, Error = io::Error> + Send + 'static,
    I: Stream<Item = io::Result<String>> + Send + 'static,
{
    let heard = state.clone();
    let connection = ClientRole.v1().name("conductor").on_receive_dispatch(
        async move |dispatch: Dispatch, _cx| answer(&heard, dispatch),
        on_receive_dispatch!(),
    );
    let ended = connection
        .connect_with(lines, async |cx: ConnectionTo<Agent>| {
            let talk = Talk { cx, plan, state: state.clone() };
            if let Err(end) = talk.all(orders).await {
                locked(&state).end_turn(end);
            }
            // The process is ended by closing its input; until then late news are heard.
            futures::future::pending::<()>().await;
            Ok(())
        })
        .await;
    if let Err(error) = ended {
        let mut state = locked(&state);
        if state.end.is_none() && state.stage != Stage::Idle {
            state.end_turn(TurnEnd::failed(words(&error)));
        }
    }
}

/// Answers what the agent asks and takes in what it tells.
fn answer(state: &Shared, dispatch: Dispatch) -> Result<(), Error> {
    match dispatch {
        Dispatch::Request(request, responder) if request.method == "session/request_permission" => {
            let outcome = match locked(state).permit(&request.params) {
                Some(option) => json!({"outcome": "selected", "optionId": option}),
                None => json!({"outcome": "cancelled"}),
            };
            responder.respond(json!({ "outcome": outcome }))
        }
        Dispatch::Request(request, responder) if request.method == "elicitation/create" => {
            locked(state).ask(&request.params);
            responder.respond(json!({"action": "cancel"}))
        }
        // Files and terminals were not offered, and what else there is is an extension.
        Dispatch::Request(request, responder) => {
            locked(state).tell_raw(&request.method, &request.params);
            responder.respond_with_error(Error::method_not_found())
        }
        Dispatch::Notification(message) if message.method == "session/update" => {
            updates::take(&mut locked(state), &message.params);
            Ok(())
        }
        Dispatch::Notification(message) if message.method == "_session/retrying" => {
            updates::retrying(&mut locked(state), &message.params);
            Ok(())
        }
        Dispatch::Notification(message) => {
            locked(state).tell_raw(&message.method, &message.params);
            Ok(())
        }
        Dispatch::Response(result, router) => router.route_with_result(result),
    }
}

struct Talk {
    cx: ConnectionTo<Agent>,
    plan: Plan,
    state: Shared,
}

impl Talk {
    async fn all(&self, mut orders: UnboundedReceiver<Order>) -> Result<(), TurnEnd> {
        let agent = self.initialize().await?;
        let session = self.session(&agent).await?;
        let mut prompt = self.plan.prompt.clone();
        if prompt.is_none() {
            locked(&self.state).end_turn(TurnEnd::Ended);
        }
        loop {
            if let Some(text) = prompt.take() {
                let end = self.turn(&session, text, &mut orders).await;
                locked(&self.state).end_turn(end);
            }
            match orders.next().await {
                Some(Order::Prompt(text)) => prompt = Some(text),
                Some(Order::Cancel) => {}
                None => return Ok(()),
            }
        }
    }

    async fn initialize(&self) -> Result<Value, TurnEnd> {
        let forms = ElicitationCapabilities::new().form(ElicitationFormCapabilities::default());
        let request = InitializeRequest::new(ProtocolVersion::V1)
            .client_capabilities(ClientCapabilities::default().elicitation(forms))
            .client_info(Implementation::new("conductor", env!("CARGO_PKG_VERSION")));
        let agent = self.request("initialize", request).await;
        let agent = agent.map_err(|error| setup(self.refused(&error)))?;
        match agent.get("protocolVersion").and_then(Value::as_u64) {
            Some(1) => Ok(agent),
            other => Err(TurnEnd::setup(format!(
                "the agent speaks version {} of the protocol, and Conductor version 1",
                other.map_or_else(|| "?".to_owned(), |version| version.to_string())
            ))),
        }
    }

    /// A session, with the mode and the model set. Returns its name.
    async fn session(&self, agent: &Value) -> Result<String, TurnEnd> {
        let (id, answer, resumed) = match &self.plan.session {
            Some(id) => (id.clone(), self.resume(agent, id).await?, true),
            None => {
                let answer = self.request("session/new", self.place(None)).await;
                let answer = answer.map_err(|error| self.sign_in(agent, &error))?;
                let id = answer.get("sessionId").and_then(Value::as_str).unwrap_or_default().to_owned();
                (id, answer, false)
            }
        };
        if id.is_empty() || id.len() > 200 {
            return Err(TurnEnd::setup("the agent began a session without a name"));
        }
        locked(&self.state).session = Some(id.clone());
        let mode = self.set_mode(&id, &answer).await?;
        let model = self.set_model(&id, &answer).await?;
        locked(&self.state).tell(AgentEvent::Session { id: id.clone(), resumed, model, mode });
        Ok(id)
    }

    /// By `session/resume` where that is offered, else by `session/load`, which tells the whole session again.
    async fn resume(&self, agent: &Value, id: &str) -> Result<Value, TurnEnd> {
        let offers =
            |place: &str| agent.pointer(place).is_some_and(|v| v.is_object() || v == &Value::Bool(true));
        let method = if offers("/agentCapabilities/sessionCapabilities/resume") {
            "session/resume"
        } else if offers("/agentCapabilities/loadSession") {
            "session/load"
        } else {
            return Err(TurnEnd::NoSession { message: "the agent cannot go on with a session".to_owned() });
        };
        locked(&self.state).stage = Stage::Loading;
        let answer = self.request(method, self.place(Some(id))).await;
        locked(&self.state).stage = Stage::Opening;
        answer.map_err(|error| match error.code.into() {
            AUTH_REQUIRED => self.sign_in(agent, &error),
            _ => TurnEnd::NoSession { message: words(&error) },
        })
    }

    fn place(&self, session: Option<&str>) -> Value {
        let mut place = json!({"cwd": self.plan.workspace, "mcpServers": self.plan.servers});
        if let (Some(id), Some(place)) = (session, place.as_object_mut()) {
            place.insert("sessionId".to_owned(), id.into());
        }
        place
    }

    /// The mode is set even where the agent's own is that already: what it is, is decided here.
    async fn set_mode(&self, session: &str, offered: &Value) -> Result<Option<String>, TurnEnd> {
        match modes::mode(offered, self.plan.mode) {
            Ok(None) => Ok(None),
            Ok(Some(choice)) => {
                let name = match &choice {
                    Choice::Mode(id) | Choice::Model(id) | Choice::Option { value: id, .. } => id.clone(),
                };
                match self.choose(session, choice).await {
                    Ok(()) => Ok(Some(name)),
                    Err(error) => {
                        let why = format!("the agent does not take its mode {name}: {}", words(&error));
                        Err(TurnEnd::setup(why))
                    }
                }
            }
            Err(all) => {
                let what = format!("none of the agent's modes is known to be the one: {}", all.join(", "));
                locked(&self.state).tell(finding(what, b""));
                Ok(None)
            }
        }
    }

    async fn set_model(&self, session: &str, offered: &Value) -> Result<Option<String>, TurnEnd> {
        let current = modes::current_model(offered);
        let Some(model) = &self.plan.model else { return Ok(current) };
        match modes::model(offered, model) {
            Ok(None) => {
                locked(&self.state).tell(finding("the agent has no place for a model", model.as_bytes()));
                Ok(current)
            }
            Ok(Some(choice)) => match self.choose(session, choice).await {
                Ok(()) => Ok(Some(model.clone())),
                Err(error) => Err(TurnEnd::setup(format!(
                    "the agent does not take the model {model}: {}",
                    words(&error)
                ))),
            },
            Err(all) => {
                let some: Vec<&str> = all.iter().take(20).map(String::as_str).collect();
                Err(TurnEnd::setup(format!("the agent has no model {model}; it has {}", some.join(", "))))
            }
        }
    }

    async fn choose(&self, session: &str, choice: Choice) -> Result<(), Error> {
        let (method, params) = match choice {
            Choice::Mode(id) => ("session/set_mode", json!({"sessionId": session, "modeId": id})),
            Choice::Option { id, value } => {
                ("session/set_config_option", json!({"sessionId": session, "configId": id, "value": value}))
            }
            Choice::Model(id) => ("session/set_model", json!({"sessionId": session, "modelId": id})),
        };
        self.request(method, params).await.map(drop)
    }

    /// One turn. A cancellation is only asked for: the agent still answers.
    async fn turn(&self, session: &str, text: String, orders: &mut UnboundedReceiver<Order>) -> TurnEnd {
        locked(&self.state).begin_turn();
        let prompt = PromptRequest::new(session.to_owned(), vec![ContentBlock::Text(TextContent::new(text))]);
        let mut answer = std::pin::pin!(self.request("session/prompt", prompt));
        loop {
            match select(answer, orders.next()).await {
                Either::Left((answer, _)) => return self.turn_end(answer),
                Either::Right((order, waits)) => {
                    answer = waits;
                    match order {
                        Some(Order::Cancel) => {
                            let cancel = CancelNotification::new(session.to_owned());
                            let _connection_lost = self.cx.send_notification(cancel);
                        }
                        Some(Order::Prompt(_)) => {}
                        None => return self.turn_end(answer.await),
                    }
                }
            }
        }
    }

    fn turn_end(&self, answer: Result<Value, Error>) -> TurnEnd {
        let mut state = locked(&self.state);
        let answer = match answer {
            Ok(answer) => answer,
            Err(_) if state.is_cancelling() => return TurnEnd::Cancelled,
            Err(error) => return self.refused(&error),
        };
        state.meter.turn(&answer);
        let usage = state.meter.used();
        if usage != conductor_engine::attempt::Usage::default() {
            state.tell(AgentEvent::Usage { usage });
        }
        let reason = answer.get("stopReason").and_then(Value::as_str).unwrap_or_default();
        match reason {
            // Not every agent says that it was: one ends a turn that was cancelled as any other.
            _ if state.is_cancelling() => TurnEnd::Cancelled,
            // One agent ends its turn so when it was refused something, which is told apart by whoever judges.
            "cancelled" if state.was_refused() => TurnEnd::Ended,
            "cancelled" => TurnEnd::failed("the agent cancelled its own turn"),
            "refusal" => TurnEnd::Refused { reason: cut(&state.said) },
            "max_tokens" => TurnEnd::failed("its answer was cut off: the most tokens were used"),
            "max_turn_requests" => TurnEnd::failed("it asked its model as often as it may in one turn"),
            "end_turn" => match state.side_error.take().filter(|error| error.is_final) {
                None => TurnEnd::Ended,
                Some(error) => {
                    let text = if error.text.is_empty() { state.said.clone() } else { error.text };
                    end_by_error(error.status, &text, self.plan.known, now())
                }
            },
            other => TurnEnd::failed(format!("the agent ended its turn as {other:?}")),
        }
    }

    /// What an error means. Some agents put the HTTP status in the place of the code.
    fn refused(&self, error: &Error) -> TurnEnd {
        let code: i32 = error.code.into();
        let text = words(error);
        let status = u16::try_from(code).ok().filter(|code| (400..600).contains(code));
        let status = match code {
            AUTH_REQUIRED => Some(401),
            _ => status.or_else(|| status_in(&text)),
        };
        end_by_error(status, &text, self.plan.known, now())
    }

    /// Nobody is signed in: with the ways that the agent names.
    fn sign_in(&self, agent: &Value, error: &Error) -> TurnEnd {
        if i32::from(error.code) != AUTH_REQUIRED {
            return setup(self.refused(error));
        }
        let methods = agent.get("authMethods").and_then(Value::as_array).into_iter().flatten();
        let names: Vec<String> =
            methods.filter_map(|method| method.get("name")?.as_str()).take(10).map(cut).collect();
        let ways = match (self.plan.known, names.is_empty()) {
            (Some(known), _) => known.sign_in().to_owned(),
            (None, false) => format!("it offers: {}", names.join(", ")),
            (None, true) => "sign in with the agent's own program".to_owned(),
        };
        TurnEnd::setup(format!("the agent is not signed in ({}); {ways}", words(error)))
    }

    async fn request(&self, method: &str, params: impl Serialize) -> Result<Value, Error> {
        self.cx.send_request(UntypedMessage::new(method, params)?).block_task().await
    }
}

/// Without a session nothing else will do either.
fn setup(end: TurnEnd) -> TurnEnd {
    match end {
        TurnEnd::Failed { message, .. } => TurnEnd::setup(message),
        other @ (TurnEnd::Ended
        | TurnEnd::Refused { .. }
        | TurnEnd::Limited { .. }
        | TurnEnd::Cancelled
        | TurnEnd::NoSession { .. }) => other,
    }
}

/// An error's words, with the text that some agents put beside them.
fn words(error: &Error) -> String {
    let data = error.data.as_ref().and_then(|data| {
        let text =
            data.as_str().or_else(|| data.get("details")?.as_str()).or_else(|| data.get("message")?.as_str());
        text.filter(|text| !error.message.contains(text)).map(str::to_owned)
    });
    cut(&match data {
        Some(data) => format!("{}: {data}", error.message),
        None => error.message.clone(),
    })
}
