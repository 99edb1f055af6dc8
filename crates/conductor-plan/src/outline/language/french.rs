//! French.

use super::Words;
use crate::outline::attribute::Attribute;
use crate::outline::role::Role;
use crate::{Category, Priority};

pub(super) const FRENCH: Words = Words {
    small_words: "le, et, les, des, est, avec, pour, une",
    roles: &[
        (Role::Title, "cahier des charges, document d exigences, expression de besoin"),
        (
            Role::Overview,
            "apercu, contexte, objectif, vue d ensemble, presentation, introduction, probleme, problematique, \
             vision, resume, perimetre, contexte et objectifs, solution proposee, description du projet, finalite",
        ),
        (
            Role::Persona,
            "utilisateur, public cible, utilisateurs cibles, profils utilisateurs, acteur, parties prenantes, \
             roles utilisateurs",
        ),
        (
            Role::Experience,
            "experience utilisateur, parcours utilisateur, interface utilisateur, parcours, ergonomie, maquette",
        ),
        (
            Role::Usage,
            "cas d utilisation, exemple, utilisation, cas d usage, demarrage rapide, structure du projet, \
             arborescence",
        ),
        (
            Role::Feature,
            "fonctionnalite, fonctionnalites principales, fonctionnalites cles, fonction, exigences fonctionnelles, \
             exigence fonctionnelle, besoins fonctionnels, fonctionnalites attendues, specifications fonctionnelles",
        ),
        (Role::Story, "recit utilisateur, histoire utilisateur, recits utilisateurs"),
        (Role::Requirement, "exigence, exigences techniques, besoin, exigences du systeme"),
        (
            Role::Architecture,
            "architecture technique, pile technique, architecture du systeme, composant, choix techniques, \
             environnement technique, architecture logicielle",
        ),
        (Role::Data, "modele de donnees, schema de donnees, base de donnees, modeles de donnees"),
        (Role::Api, "interface de programmation, points d acces, integrations externes"),
        (
            Role::Roadmap,
            "feuille de route, plan de developpement, jalon, etapes, taches, calendrier, plan de mise en oeuvre, \
             planning, livrables, plan de travail, phases de developpement, lots",
        ),
        (
            Role::Chain,
            "chaine de dependance, ordre de developpement, chaine logique de dependance, ordre de realisation, \
             dependances logiques, ordre de mise en oeuvre",
        ),
        (
            Role::Constraint,
            "contrainte, hypothese, contraintes techniques, regles de gestion, reglementation, cadre juridique",
        ),
        (
            Role::Quality,
            "exigences non fonctionnelles, exigence non fonctionnelle, securite, qualite, performances, \
             accessibilite, disponibilite, confidentialite, besoins non fonctionnels",
        ),
        (Role::Dependency, "dependance, prerequis, bibliotheques, dependances externes"),
        (
            Role::Acceptance,
            "critere d acceptation, criteres d acceptation, criteres de validation, definition de termine, recette",
        ),
        (Role::Testing, "strategie de test, plan de test, strategie de tests, cas de test"),
        (Role::OutOfScope, "hors perimetre, hors scope, non objectif, exclusions, hors du perimetre"),
        (
            Role::Future,
            "evolution future, perspectives, evolutions futures, evolutions, ameliorations futures, a venir, \
             evolutions possibles",
        ),
        (
            Role::Risk,
            "risque, risques et mitigation, attenuation, risques et attenuation, risques et mesures, defis",
        ),
        (
            Role::Metrics,
            "indicateur, indicateurs de succes, criteres de succes, mesures de succes, indicateurs cles, indicateurs de reussite",
        ),
        (Role::OpenQuestion, "questions ouvertes, question ouverte, points ouverts, points a clarifier"),
        (
            Role::Appendix,
            "annexe, glossaire, bibliographie, references documentaires, historique des versions",
        ),
    ],
    stages: "etape, jalon, mois, semaine, lot, trimestre, palier",
    feature_words: "fonctionnalite",
    attributes: &[
        (
            Attribute::Description,
            "fonctionnement, entree, sortie, comportement, entrees, sorties, detail, mise en oeuvre",
        ),
        (Attribute::Benefit, "but, objectif, valeur, interet, benefice"),
        (
            Attribute::Acceptance,
            "criteres d acceptation, critere d acceptation, criteres de validation, termine quand",
        ),
        (Attribute::DependsOn, "dependances, depend de, dependance, necessite, prerequis"),
        (Attribute::Estimate, "duree, estimation, charge, delai"),
        (Attribute::Priority, "priorite"),
        (Attribute::Files, "fichiers, fichier"),
        (Attribute::Tasks, "taches, livrables, tache, travaux, sous taches"),
        (Attribute::Name, "fonctionnalite, intitule, exigence, titre, nom"),
        (Attribute::Alias, "identifiant, numero"),
        (Attribute::Aside, "responsable, exemple, risque, echeance, attenuation, statut"),
    ],
    priorities: [
        (Priority::Critical, "critique, bloquant"),
        (Priority::High, "haute, elevee, indispensable"),
        (Priority::Medium, "moyenne"),
        (Priority::Low, "basse, faible, souhaitable"),
    ],
    categories: &[
        (Category::Documentation, "manuel, guide"),
        (Category::Setup, "mise en place, socle, initialisation"),
        (Category::Test, "recette"),
        (Category::Operations, "deploiement, supervision, journalisation, sauvegarde"),
        (Category::Api, "point d acces"),
        (Category::Ui, "ecran, interface, tableau de bord"),
        (Category::Data, "base de donnees, stockage, modele de donnees"),
    ],
    first_verbs: "afficher, ajouter, archiver, choisir, connecter, consulter, creer, definir, envoyer, exporter, filtrer, \
                  gerer, importer, imprimer, lister, modifier, partager, permettre, rechercher, recevoir, reserver, \
                  supprimer, suivre, telecharger, trier, trouver, valider, verifier, voir, mettre, developper, installer, \
                  calculer, generer, integrer",
    last_verbs: "",
    of: "de, des, du, d, et",
    role_or_thing: "calendrier, utilisateur, equipe, planning, parcours, maquette, role",
    attribute_or_thing: "taches, fichiers, travaux, livrables",
    kinds: "fonctionnalite, module, tache, exigence, composant, objectif, lot",
    work_names: "tache",
    subjects: "le système, les utilisateurs, l'utilisateur, l'application, le logiciel, la plateforme, le service",
    must: "doit permettre de, doit pouvoir, doivent pouvoir, doit, doivent, peuvent, peut",
    abilities: "possibilité de, permettre de",
    story_starts: "en tant que, en tant qu'un, en tant qu'une",
    story_wants: "je veux pouvoir, je veux, je souhaite pouvoir, je souhaite, je peux",
    story_reasons: "afin de, afin que, pour que",
    before_name: "dépend de , dépend du , dépend des , après , nécessite , repose sur , s'appuie sur ",
    before_sentence: "",
    needs: " nécessite , après , dépend de ",
    then: " puis , ensuite ",
    and: " et ",
    nothing: "aucune, aucun",
    fillers: "et, de, le, la, les, du, des, d, l, principale, principales, cles",
    generic: "ajouter configurer creer developper gestion mettre installer",
    background: "ordonnanceur, file d attente",
    background_beside: "arriere, traitement",
    access: "connexion, authentif",
    known: "connecte, authentifie, utilisateur connecte",
    access_at: "dans, pour, sur, ecran",
    asking: "doit, necessaire, doivent, faut",
    own_kinds: "",
    own_kinds_behind: "personnalisée, personnalisé, personnalisées, personnalisés, sur mesure, maison",
    own_verbs: "nécessite, nécessitent, requiert, exige, exigent, implémente, implémenter, utilise, utiliser",
    own_verbs_behind: "",
    own_articles: "une, un, des",
    own_ends: "et ne, au lieu, plutôt, qui, pour",
    optional: "optionnel, facultatif, optionnelle",
    hard: "temps reel, chiffrement, paiement, asynchron",
    minutes: "",
    hours: "heure, heures",
    days: "jour, jours",
    weeks: "semaine, semaines",
    to: "a",
    data: "donnees",
    bringing: "collect, acquis",
    tests: "essai, recette, valid",
    reports: "rapport",
    one_each: "tache, fonctionnalite, livrable",
    deployment: "deploiement, mise en production",
    deploy: "Mettre en place le déploiement",
    set_up: "mise en place du projet, initialisation du projet, socle technique, squelette",
    structure: "structure, arborescence",
    components: "composants, modules",
    making: "generation, creation, saisie, inscription, catalogue",
    layers: "backend, frontend, framework, base de donnees, langage, stockage, hebergement, serveur, cadriciel",
    data_model: "Mettre en place le modèle de données",
    interface: "Fournir l'API",
    project: "Mettre en place le projet",
    acceptance_tests: "Tests d'acceptation",
    provide: "Fournir {}",
};
