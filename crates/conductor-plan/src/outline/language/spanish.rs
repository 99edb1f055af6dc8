//! Spanish.

use super::Words;
use crate::outline::attribute::Attribute;
use crate::outline::role::Role;
use crate::{Category, Priority};

pub(super) const SPANISH: Words = Words {
    small_words: "el, y, los, del, es, con, para, una",
    roles: &[
        (
            Role::Title,
            "documento de requisitos, documento de requisitos del producto, especificacion de requisitos",
        ),
        (
            Role::Overview,
            "resumen, introduccion, objetivo, antecedente, contexto, vision general, descripcion general, problema, \
             alcance, proposito, vision, descripcion del proyecto, objetivos del proyecto, resumen ejecutivo, \
             solucion propuesta, motivacion",
        ),
        (
            Role::Persona,
            "usuario, publico objetivo, usuario objetivo, perfil de usuario, perfiles de usuario, personas usuarias, \
             actores, roles de usuario, interesados",
        ),
        (
            Role::Experience,
            "experiencia de usuario, experiencia del usuario, flujo de usuario, flujos de usuario, interfaz de usuario, \
             diseno de interfaz, consideraciones de ui ux, flujos principales",
        ),
        (
            Role::Usage,
            "caso de uso, casos de uso, ejemplo, uso, instalacion, guia rapida, estructura del proyecto, \
             estructura de directorios",
        ),
        (
            Role::Feature,
            "funcionalidad, funcionalidades, caracteristica, caracteristicas principales, funcionalidades principales, \
             funcion, funciones, requisitos funcionales, requisito funcional, funciones principales, \
             requerimientos funcionales, caracteristicas clave",
        ),
        (Role::Story, "historia de usuario, historias de usuario"),
        (Role::Requirement, "requisito, requerimiento, requisitos tecnicos, requisitos del sistema"),
        (
            Role::Architecture,
            "arquitectura, arquitectura tecnica, tecnologia, tecnologias, infraestructura, arquitectura del sistema, \
             pila tecnologica, stack tecnologico, componentes del sistema, requisitos de infraestructura",
        ),
        (
            Role::Data,
            "modelo de datos, modelos de datos, esquema de base de datos, base de datos, estructura de datos",
        ),
        (
            Role::Api,
            "interfaz de programacion, integracion, integraciones, apis e integraciones, puntos de acceso",
        ),
        (
            Role::Roadmap,
            "hoja de ruta, plan de desarrollo, hitos, fases, tareas, cronograma, hoja de ruta de desarrollo, \
             plan de trabajo, plan de implementacion, fases de desarrollo, entregables, lista de tareas",
        ),
        (
            Role::Chain,
            "cadena de dependencia, cadena logica de dependencia, orden de desarrollo, orden de implementacion, \
             dependencias logicas, orden de construccion",
        ),
        (
            Role::Constraint,
            "restriccion, restricciones, supuesto, limitacion, limitaciones, restricciones tecnicas, normativa, \
             reglas de negocio",
        ),
        (
            Role::Quality,
            "requisitos no funcionales, requisito no funcional, seguridad, rendimiento, calidad, accesibilidad, \
             disponibilidad, privacidad, requerimientos no funcionales",
        ),
        (Role::Dependency, "requisito previo, requisitos previos, bibliotecas, dependencias externas"),
        (
            Role::Acceptance,
            "criterio de aceptacion, criterios de aceptacion, definicion de terminado, criterios de finalizacion",
        ),
        (Role::Testing, "estrategia de pruebas, pruebas, plan de pruebas, casos de prueba"),
        (Role::OutOfScope, "fuera de alcance, fuera del alcance, no objetivos, no incluido, exclusiones"),
        (
            Role::Future,
            "futuro, trabajo futuro, mejora futura, mejoras futuras, consideraciones futuras, ideas futuras, evolucion futura",
        ),
        (
            Role::Risk,
            "riesgo, riesgos y mitigacion, riesgos y mitigaciones, mitigacion, desafios tecnicos, retos",
        ),
        (
            Role::Metrics,
            "metrica de exito, metricas de exito, criterios de exito, indicadores de exito, indicadores clave",
        ),
        (
            Role::OpenQuestion,
            "preguntas abiertas, pregunta abierta, cuestiones abiertas, puntos abiertos, dudas",
        ),
        (Role::Appendix, "apendice, glosario, referencias, bibliografia, historial de cambios, terminos"),
    ],
    stages: "hito, fase, etapa, semana, mes, trimestre, iteracion",
    feature_words: "funcionalidad, caracteristica",
    attributes: &[
        (
            Attribute::Description,
            "descripcion, comportamiento, entrada, salida, entradas, salidas, detalle, detalles, implementacion",
        ),
        (Attribute::Benefit, "proposito, beneficio, objetivo, por que es importante, valor"),
        (
            Attribute::Acceptance,
            "criterios de aceptacion, criterio de aceptacion, pruebas, estrategia de pruebas",
        ),
        (Attribute::DependsOn, "requiere, depende de, dependencia, dependencias, requisitos previos"),
        (Attribute::Estimate, "estimacion, duracion, esfuerzo"),
        (Attribute::Priority, "prioridad"),
        (Attribute::Files, "archivos, archivo"),
        (Attribute::Tasks, "tareas, entregables, tarea, subtareas, pasos"),
        (Attribute::Name, "nombre, funcionalidad, titulo, requisito"),
        (Attribute::Alias, "identificador"),
        (Attribute::Aside, "riesgo, ejemplo, responsable, mitigacion, estado, fecha"),
    ],
    priorities: [
        (Priority::Critical, "critica, critico"),
        (Priority::High, "alta, alto, imprescindible"),
        (Priority::Medium, "media, medio"),
        (Priority::Low, "baja, bajo, deseable"),
    ],
    categories: &[
        (Category::Documentation, "documentacion, manual de usuario"),
        (
            Category::Setup,
            "infraestruct, configuracion inicial, configuracion del proyecto, configuracion del entorno",
        ),
        (Category::Test, "pruebas"),
        (Category::Operations, "despliegue, monitoreo, copias de seguridad"),
        (Category::Api, "servicio web"),
        (Category::Ui, "interfaz, pantalla, panel, vista"),
        (Category::Data, "base de datos, almacenamiento, modelo de datos, esquema"),
    ],
    first_verbs: "actualizar, agregar, anadir, borrar, buscar, compartir, consultar, crear, editar, eliminar, enviar, \
                  exportar, filtrar, generar, gestionar, importar, iniciar, listar, mostrar, permitir, recibir, registrar, \
                  ver, configurar, desarrollar, implementar, instalar, integrar, calcular, disenar, definir",
    last_verbs: "",
    of: "de, del, y",
    role_or_thing: "usuario, referencia, tarea, cliente, rol, integracion, base, seguridad, rendimiento",
    attribute_or_thing: "tareas, entradas, salidas, archivos, entregables, pasos",
    kinds: "capacidad, epico, funcionalidad, modulo, tarea, requisito, componente, caracteristica",
    work_names: "hu, tarea",
    subjects: "el sistema, los usuarios, el usuario, la aplicación, la plataforma, el servicio, la herramienta",
    must: "debe permitir, deben poder, debe poder, debe, deben, pueden, puede, podrá, podrán",
    abilities: "capacidad de, permitir a los usuarios, posibilidad de",
    story_starts: "como",
    story_wants: "quiero poder, quiero, necesito, me gustaría",
    story_reasons: "para que, para poder, para",
    before_name: "depende de , depende del , después de , requiere , tras , basado en , se apoya en ",
    before_sentence: "",
    needs: " requiere , depende , después de ",
    then: " luego , después , y después ",
    and: " y ",
    nothing: "ninguna, ninguno, nada",
    fillers: "y, de, del, los, las, el, la, principal, principales, clave",
    generic: "crear desarrollar mejorar configurar implementar instalar gestionar",
    background: "cola, colas, planificador",
    background_beside: "sistema, servicio, asincrono, segundo plano, procesamiento, tareas",
    access: "autentic, autoriz, inicio de sesion",
    known: "autentificado, autenticado, por usuario, usuarios registrados",
    access_at: "para, en, pantalla, formulario",
    asking: "debe, necesario, deben, hay que",
    own_kinds: "",
    own_kinds_behind: "personalizada, personalizado, personalizadas, personalizados, a medida, propia, propio",
    own_verbs: "requiere, requieren, necesita, necesitan, implementa, implementar, usa, usar, utiliza, utilizar",
    own_verbs_behind: "",
    own_articles: "una, un, unas, unos",
    own_ends: "y no, en lugar, en vez, que, para",
    optional: "opcional, deseable",
    hard: "tiempo real, cifrado, concurren, pago, asincron, sincroniz",
    minutes: "minuto, minutos",
    hours: "hora, horas",
    days: "dia, dias",
    weeks: "semana, semanas",
    to: "a",
    data: "datos",
    bringing: "recop, ingest, carga",
    tests: "prueba, valid",
    reports: "informe, reporte",
    one_each: "tarea, funcionalidad, entregable",
    deployment: "despliegue",
    deploy: "Configurar el despliegue",
    set_up: "configuracion inicial, configuracion del proyecto, estructura del proyecto, esqueleto",
    structure: "estructura",
    components: "componentes, componentes del sistema, modulos",
    making: "generacion, creacion, captura, registro, catalogo",
    layers: "backend, frontend, framework, base de datos, lenguaje, almacenamiento, alojamiento, servidor",
    data_model: "Crear el modelo de datos",
    interface: "Proporcionar la API",
    project: "Configurar el proyecto",
    acceptance_tests: "Pruebas de aceptación",
    provide: "Proporcionar {}",
};
