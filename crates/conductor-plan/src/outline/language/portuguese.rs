//! Portuguese.

use super::Words;
use crate::outline::attribute::Attribute;
use crate::outline::role::Role;
use crate::{Category, Priority};

pub(super) const PORTUGUESE: Words = Words {
    small_words: "o, e, os, do, com, para, uma, nao",
    roles: &[
        (
            Role::Title,
            "documento de requisitos, documento de requisitos do produto, especificacao de requisitos",
        ),
        (
            Role::Overview,
            "introducao, visao geral, resumo, contextualizacao, proposito, problema, objetivo, contexto, escopo, visao, \
             descricao geral, descricao do projeto, resumo executivo, solucao proposta, motivacao, justificativa",
        ),
        (
            Role::Persona,
            "publico alvo, perfis de usuario, usuario alvo, perfis de usuarios, usuario, personas, atores, papeis",
        ),
        (
            Role::Experience,
            "experiencia do usuario, fluxo de usuario, fluxo do usuario, fluxos de usuario, interface do usuario, \
             fluxos principais, experiencia do utilizador, design da interface",
        ),
        (
            Role::Usage,
            "exemplo, caso de uso, casos de uso, uso, utilizacao, instalacao, guia rapido, estrutura do projeto, \
             estrutura de diretorios, estrutura de pastas",
        ),
        (
            Role::Feature,
            "requisitos funcionais, requisito funcional, funcionalidade, recurso, recursos principais, funcao, funcoes, \
             funcionalidades principais, funcionalidades chave, caracteristicas, principais funcionalidades",
        ),
        (
            Role::Story,
            "historia do usuario, historias do usuario, historias de usuario, historia de utilizador",
        ),
        (Role::Requirement, "requisito, requisitos tecnicos, requisitos do sistema, exigencias"),
        (
            Role::Architecture,
            "arquitetura, arquitetura tecnica, infraestrutura, arquitetura do sistema, tecnologia, tecnologias, \
             componentes do sistema, stack tecnologica, pilha tecnologica, requisitos de infraestrutura",
        ),
        (
            Role::Data,
            "modelo de dados, modelos de dados, base de dados, banco de dados, esquema do banco, estrutura de dados",
        ),
        (Role::Api, "integracao, integracoes, apis e integracoes, interfaces de programacao"),
        (
            Role::Roadmap,
            "roteiro, roteiro de desenvolvimento, plano de desenvolvimento, etapas, tarefas, marcos, cronograma, fases, \
             plano de implementacao, plano de trabalho, fases de desenvolvimento, entregas, lista de tarefas, \
             roteiro do projeto",
        ),
        (
            Role::Chain,
            "cadeia de dependencia, cadeia logica de dependencia, ordem de desenvolvimento, ordem de implementacao, \
             cadeia de dependencias logicas, dependencias logicas, ordem de construcao",
        ),
        (
            Role::Constraint,
            "restricao, restricoes, limitacao, limitacoes, premissa, regras de negocio, restricoes tecnicas, pressupostos",
        ),
        (
            Role::Quality,
            "requisitos nao funcionais, requisito nao funcional, seguranca, desempenho, qualidade, acessibilidade, \
             disponibilidade, privacidade, performance e escalabilidade",
        ),
        (Role::Dependency, "dependencia, pre requisito, pre requisitos, bibliotecas, dependencias externas"),
        (
            Role::Acceptance,
            "criterio de aceitacao, criterios de aceitacao, criterio de aceite, criterios de aceite, definicao de pronto",
        ),
        (Role::Testing, "estrategia de testes, testes, plano de testes, casos de teste"),
        (
            Role::OutOfScope,
            "fora do escopo, fora de escopo, nao objetivos, fora do ambito, exclusoes, nao incluido",
        ),
        (
            Role::Future,
            "futuro, melhorias futuras, trabalhos futuros, consideracoes futuras, evolucoes futuras, ideias futuras, proximos passos",
        ),
        (
            Role::Risk,
            "risco, riscos e mitigacoes, riscos e mitigacao, mitigacao, mitigacoes, desafio, desafios tecnicos",
        ),
        (
            Role::Metrics,
            "metricas de sucesso, indicadores, criterios de sucesso, indicadores de sucesso, metricas",
        ),
        (
            Role::OpenQuestion,
            "questoes em aberto, questoes abertas, perguntas em aberto, pontos em aberto, duvidas",
        ),
        (
            Role::Appendix,
            "anexo, glossario, apendice, referencia, referencias, historico de revisoes, termos",
        ),
    ],
    stages: "marco, etapa, fase, semana, mes, trimestre, iteracao",
    feature_words: "funcionalidade, recurso",
    attributes: &[
        (
            Attribute::Description,
            "descricao, comportamento, entrada, saida, entradas, saidas, detalhes, implementacao",
        ),
        (Attribute::Benefit, "por que e importante, proposito, objetivo, beneficio, valor"),
        (Attribute::Acceptance, "criterios de aceitacao, criterios de aceite, criterio de aceitacao, testes"),
        (Attribute::DependsOn, "requer, depende de, dependencias, dependencia, pre requisitos"),
        (Attribute::Estimate, "estimativa, duracao, esforco"),
        (Attribute::Priority, "prioridade"),
        (Attribute::Files, "arquivos, arquivo, ficheiros"),
        (Attribute::Tasks, "tarefas, entregas, entregaveis, tarefa, subtarefas, passos"),
        (Attribute::Name, "nome, funcionalidade, titulo, requisito"),
        (Attribute::Alias, "identificador"),
        (Attribute::Aside, "risco, exemplo, responsavel, mitigacao, prazo, status"),
    ],
    priorities: [
        (Priority::Critical, "critica, critico"),
        (Priority::High, "alta, alto, essencial"),
        (Priority::Medium, "media, medio"),
        (Priority::Low, "baixa, baixo, desejavel"),
    ],
    categories: &[
        (Category::Documentation, "documentacao, manual do usuario"),
        (
            Category::Setup,
            "infraestrut, fundacao, configuracao inicial, configuracao do projeto, configuracao do ambiente",
        ),
        (Category::Test, "testes"),
        (Category::Operations, "implantacao, implantar, monitoramento, copias de seguranca"),
        (Category::Api, "servico web"),
        (Category::Ui, "tela, painel, ecran, interface web"),
        (Category::Data, "banco, base de dados, armazenamento, modelo de dados, esquema"),
    ],
    first_verbs: "adicionar, apagar, atualizar, baixar, cadastrar, compartilhar, criar, excluir, gerar, gerenciar, gerir, \
                  receber, visualizar, implementar, instalar, configurar, desenvolver, integrar, listar, enviar, exportar, \
                  importar, editar, filtrar, buscar, consultar, definir, calcular, registrar, permitir",
    last_verbs: "",
    of: "de, do, da, dos, das, e",
    role_or_thing: "recurso, cliente, equipe, base, usuario, integracao, seguranca, desempenho",
    attribute_or_thing: "tarefas, arquivos, entradas, saidas, entregas, passos, testes",
    kinds: "capacidade, epico, funcionalidade, modulo, tarefa, melhoria, requisito, componente, recurso",
    work_names: "hu, tarefa, melhoria",
    subjects: "o sistema, os usuários, o usuário, a aplicação, o aplicativo, a plataforma, o serviço, a ferramenta",
    must: "deve permitir, devem poder, deve poder, deve, devem, podem, pode, poderá, poderão",
    abilities: "capacidade de, permitir que os usuários, possibilidade de",
    story_starts: "como",
    story_wants: "quero poder, quero, preciso, gostaria de",
    story_reasons: "para que, para poder, para, a fim de",
    before_name: "depende de , depende do , depende da , após , depois de , requer , precisa de , baseado em ",
    before_sentence: "",
    needs: " requer , depende , após , precisa de ",
    then: " depois , em seguida ",
    and: " e ",
    nothing: "nenhuma, nenhum, nada",
    fillers: "e, de, do, da, dos, das, os, as, o, a, principais, chave",
    generic: "criar configurar desenvolver implementar instalar melhorar sistema gerenciar",
    background: "fila, filas, agendador",
    background_beside: "sistema, servico, assincrono, processamento, segundo plano, tarefas",
    access: "autentic, autoriz, tela de login",
    known: "autenticado, autenticada, autenticados, por usuario, usuarios autenticados",
    access_at: "nas, nos, no, na, para, em, tela, formulario",
    asking: "deve, necessario, devem, precisa",
    own_kinds: "",
    own_kinds_behind: "personalizada, personalizado, personalizadas, personalizados, sob medida, própria, próprio",
    own_verbs: "requer, requerem, exige, exigem, precisa de, precisam de, implementa, implementar, usa, usar, utiliza, utilizar",
    own_verbs_behind: "",
    own_articles: "uma, um, umas, uns",
    own_ends: "e não, em vez, ao invés, que, para",
    optional: "opcional, desejavel",
    hard: "autentic, otimiz, tempo real, criptograf, pagamento, assincron, sincroniz",
    minutes: "minuto, minutos",
    hours: "hora, horas",
    days: "dia, dias",
    weeks: "semana, semanas",
    to: "a",
    data: "dados",
    bringing: "colet, ingest, carreg",
    tests: "teste, valid",
    reports: "relatorio",
    one_each: "tarefa, funcionalidade, entrega",
    deployment: "implantacao, deploy",
    deploy: "Configurar a implantação",
    set_up: "configuracao inicial, configuracao do projeto, estrutura do projeto, esqueleto",
    structure: "estrutura",
    components: "componentes, componentes do sistema, modulos",
    making: "geracao, criacao, captura, cadastro, catalogo",
    layers: "backend, frontend, framework, banco de dados, base de dados, linguagem, armazenamento, hospedagem, servidor, aplicativo",
    data_model: "Criar o modelo de dados",
    interface: "Fornecer a API",
    project: "Configurar o projeto",
    acceptance_tests: "Testes de aceitação",
    provide: "Fornecer {}",
};
