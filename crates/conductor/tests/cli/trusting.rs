//! Where questions to a model go, and who decided it: the project's file, the user's own, the environment.

use std::fs;

use testkit::Ran;
use testkit::model::ModelServer;
use testkit::model::planning::{Shape, good};
use testkit::proxy::Proxy;

use super::{DOCUMENT, Place};

/// A host that no name server knows.
const ELSEWHERE: &str = "http://model.test";

struct Scene {
    place: Place,
    server: ModelServer,
    proxy: Proxy,
}

impl Scene {
    /// A project whose file says this of the model. What is not on this machine is reached through the proxy alone.
    fn new(llm: &str) -> Self {
        let server = ModelServer::planning(good(Shape::default())).unwrap();
        let proxy = Proxy::to(server.address()).unwrap();
        let place = Place::unborn();
        place.write("docs/prd.md", DOCUMENT);
        place.ok(&["init"]);
        let llm = llm.replace("$HERE", &server.url());
        place.write(".taskwerk/config.yml", &format!("planning: {{ llm: {{ {llm} }} }}\n"));
        Self { place, server, proxy }
    }

    /// The user's own file says this.
    fn own(&self, llm: &str) {
        let folder = self.place.hermetic.home().join(".config/taskwerk");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.yml"), format!("planning: {{ llm: {{ {llm} }} }}\n")).unwrap();
    }

    fn plan(&self, env: &[(&str, &str)]) -> Ran {
        let mut command = self.place.command(&["plan", "decompose", "docs/prd.md", "--engine", "llm"]);
        command.env("HTTP_PROXY", self.proxy.url()).env("OPENAI_API_KEY", "sk-very-secret");
        command.envs(env.iter().copied());
        let ran = Ran::from(command.output().unwrap());
        assert!(!ran.to_string().contains("sk-very-secret"), "{ran}");
        ran
    }

    #[track_caller]
    fn refused(&self, env: &[(&str, &str)]) -> String {
        let ran = self.plan(env);
        assert_eq!(ran.code, Some(1), "{ran}");
        assert_eq!((self.server.exchanges().len(), self.proxy.asked().len()), (0, 0), "{ran}");
        self.place.hermetic.normalise(&ran.stderr)
    }

    #[track_caller]
    fn made(&self, env: &[(&str, &str)]) -> String {
        let ran = self.plan(env);
        assert_eq!(ran.code, Some(0), "{ran}");
        assert_eq!(self.server.violations(), []);
        let told = ran.stderr.lines().find(|line| line.starts_with("Planning with")).unwrap().to_owned();
        told.replace(&self.server.url(), "HERE").replace(&self.proxy.url()["http://".len()..], "PROXY")
    }
}

const OLLAMA: &str = "model: ollama/fake-1, base_url: \"http://model.test/v1\"";

#[test]
fn a_project_does_not_decide_alone_where_questions_go() {
    let scene = Scene::new(OLLAMA);
    insta::assert_snapshot!(scene.refused(&[]));
    // Neither is one trusted that is only alike.
    scene.own("trusted: [\"http://model.test:8080\", \"https://model.test\", \"http://test\"]");
    assert!(scene.refused(&[]).contains("is not where ollama is usually asked"));
    scene.own(&format!("trusted: [\"{ELSEWHERE}\"]"));
    assert_eq!(
        scene.made(&[]),
        "Planning with llm (ollama/fake-1) at http://model.test, through the proxy PROXY"
    );
    assert!(scene.proxy.asked().iter().all(|line| line == "CONNECT model.test:80 HTTP/1.1"));
}

#[test]
fn the_user_may_agree_for_once_or_decide_it_all() {
    let trusted = format!("[\"{ELSEWHERE}/v1\"]");
    Scene::new(OLLAMA).made(&[("CONDUCTOR_PLANNING_LLM_TRUSTED", &trusted)]);
    let scene = Scene::new("model: ollama/fake-1");
    scene.own("base_url: \"http://model.test/v1\"");
    scene.made(&[]);
    // The user's variable wins over the project's file.
    let scene = Scene::new("model: ollama/fake-1, base_url: \"http://other.test/v1\"");
    scene.made(&[("CONDUCTOR_PLANNING_LLM_BASE_URL", "http://model.test/v1")]);
}

#[test]
fn an_address_of_this_machine_and_the_key_are_named() {
    let scene = Scene::new("model: openai/fake-1, base_url: \"$HERE/v1\"");
    assert_eq!(scene.made(&[]), "Planning with llm (openai/fake-1) at HERE, with the key of OPENAI_API_KEY");
    // No proxy is asked for what is on this machine.
    assert_eq!(scene.proxy.asked(), Vec::<String>::new());
}

#[test]
fn a_project_cannot_trust_itself_nor_have_a_command_run() {
    let scene = Scene::new(&format!("{OLLAMA}, trusted: [\"{ELSEWHERE}\"]"));
    insta::assert_snapshot!("trusts_itself", scene.refused(&[]));
    let scene = Scene::new(
        "model: openai/fake-1, base_url: \"$HERE/v1\", api_key_command: [sh, -c, \"echo > ran; echo k\"]",
    );
    insta::assert_snapshot!("command", scene.refused(&[]));
    assert!(!scene.place.hermetic.work().join("ran").exists());
    let scene = Scene::new("model: openai/fake-1, base_url: \"$HERE/v1\"");
    scene.own("api_key_command: [sh, -c, \"echo from-a-vault\"]");
    assert!(scene.made(&[]).ends_with("with the key of planning.llm.api_key_command"));
}

#[test]
fn a_host_is_spared_the_proxy_where_it_is_said() {
    // It is no address of this machine by its number, and yet leads here.
    let address = |scene: &Scene| format!("http://0.0.0.0:{}/v1", scene.server.address().port());
    let asked = |spared: &str| {
        let scene = Scene::new("model: ollama/fake-1");
        scene.made(&[("CONDUCTOR_PLANNING_LLM_BASE_URL", &address(&scene)), ("no_proxy", spared)]);
        assert!(!scene.server.exchanges().is_empty());
        scene.proxy.asked().len()
    };
    assert!(asked("other.test, 10.0.0.0/8") > 0);
    assert_eq!(asked("other.test, 0.0.0.0"), 0);
    assert_eq!(asked("0.0.0.0/32"), 0);
    assert_eq!(asked("*"), 0);
}

#[test]
fn a_proxy_that_is_none_ends_it() {
    let scene = Scene::new(OLLAMA);
    scene.own(&format!("trusted: [\"{ELSEWHERE}\"]"));
    let ran = scene.plan(&[("HTTP_PROXY", "gopher://me:hush@proxy")]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(
        ran.stderr.contains("what HTTP_PROXY holds is no address of a proxy") && !ran.stderr.contains("hush")
    );
}
