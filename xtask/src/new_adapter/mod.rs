//! `cargo xtask new-adapter NAME`: the crate of a new PG in the house's shape, and the few lines that name it elsewhere. What
//! is written compiles; its conformance suite says what to fill in next.

mod edits;
mod name;
mod trial;

use std::fs;
use std::path::Path;

use clap::{Args, ValueEnum};
use minijinja::{Environment, context};

use crate::Failure;
use crate::cargo::Workspace;

use name::Names;
pub(crate) use trial::run as try_out;

#[derive(Debug, Args)]
pub(crate) struct NewAdapterArgs {
    /// The PG's name: small letters, digits and hyphens (`toss-payments`); the crate is `pg-<name>`.
    name: String,
    /// The PG's code as PortOne spells it (`TOSSPAYMENTS`). Without it: the name in capitals.
    #[arg(long)]
    provider: Option<String>,
    /// The name people know it by. Without it: the name.
    #[arg(long)]
    display: Option<String>,
    /// Which PortOne API reaches it.
    #[arg(long, value_enum, default_value_t = Protocol::V2)]
    protocol: Protocol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    V1,
    V2,
}

/// The files of an adapter: where each goes, and its template.
const FILES: [(&str, &str); 12] = [
    ("Cargo.toml", include_str!("../../templates/Cargo.toml.jinja")),
    ("README.md", include_str!("../../templates/README.md.jinja")),
    ("src/lib.rs", include_str!("../../templates/src/lib.rs.jinja")),
    ("src/config.rs", include_str!("../../templates/src/config.rs.jinja")),
    ("src/profile.rs", include_str!("../../templates/src/profile.rs.jinja")),
    ("src/rules.rs", include_str!("../../templates/src/rules.rs.jinja")),
    ("src/codes.rs", include_str!("../../templates/src/codes.rs.jinja")),
    ("src/check.rs", include_str!("../../templates/src/check.rs.jinja")),
    ("tests/check.rs", include_str!("../../templates/tests/check.rs.jinja")),
    ("tests/encode.rs", include_str!("../../templates/tests/encode.rs.jinja")),
    ("tests/decode.rs", include_str!("../../templates/tests/decode.rs.jinja")),
    ("tests/conformance.rs", include_str!("../../templates/tests/conformance.rs.jinja")),
];
const SANDBOX: &str = include_str!("../../templates/sandbox.rs.jinja");

/// Writes the crate and the lines, formats them, and says what comes next.
pub(crate) fn run(workspace: &Workspace, args: &NewAdapterArgs) -> Result<(), Failure> {
    let names = Names::new(&args.name, args.provider.as_deref(), args.display.as_deref())?;
    write(&workspace.root, &names, args.protocol)?;
    crate::cargo::run(&mut workspace.cargo(&["fmt", "--package", &names.package]))?;
    println!(
        "crates/{0} is there. Now `cargo test -p {0}` says what to fill in; CONTRIBUTING.md tells the whole way.",
        names.package
    );
    Ok(())
}

/// Nothing is written unless every edit can be made.
fn write(root: &Path, names: &Names, protocol: Protocol) -> Result<(), Failure> {
    let folder = root.join("crates").join(&names.package);
    if folder.exists() {
        return Err(format!("crates/{} is there already; choose another name", names.package).into());
    }
    let mut files: Vec<(std::path::PathBuf, String)> = edits::all(root, names, protocol)?;
    for (path, template) in FILES {
        files.push((folder.join(path), rendered(template, names, protocol)?));
    }
    // At V1 the sandbox plays any PG.
    if protocol == Protocol::V2 {
        let path = root.join(edits::SANDBOX_PGS.trim_end_matches(".rs")).join(format!("{}.rs", names.module));
        files.push((path, rendered(SANDBOX, names, protocol)?));
    }
    for (path, text) in files {
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn rendered(template: &str, names: &Names, protocol: Protocol) -> Result<String, Failure> {
    let values = context! {
        crate => names.package.as_str(), ident => names.ident.as_str(), module => names.module.as_str(), type => names.type_name.as_str(),
        variant => names.type_name.as_str(), provider => names.provider.as_str(), prefix => names.prefix.as_str(),
        display => names.display.as_str(),
        protocol => match protocol { Protocol::V1 => "v1", Protocol::V2 => "v2" },
    };
    let mut environment = Environment::new();
    // A name that no value has is a mistake of the template.
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let text = environment.render_str(template, values)?;
    Ok(format!("{}\n", text.trim_end()))
}
