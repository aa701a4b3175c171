//! A PostgreSQL server of a test's own: from the installed program, in a folder that goes with the test's process.

use std::{
    env, fs,
    io::{self, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// Where Debian's packages put versions of the server.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The server's owner and the databases'.
const USER: &str = "portone";
/// A server with fsync, as a shop would have, and room for several gateways.
const SETTINGS: &str =
    "-c fsync=on -c max_connections=200 -c listen_addresses=127.0.0.1 -c unix_socket_directories=''";

/// A running server. It stops, and its folder goes, when the value is dropped or the process ends in whatever way.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    guard: Child,
}

impl Cluster {
    /// Starts a server; `None`, said aloud, where none is installed.
    ///
    /// # Panics
    /// When the installed one does not start.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!(
                "PostgreSQL is not installed (no {VERSIONS}/*/bin/initdb, no POSTGRES_BIN): its tests are skipped"
            );
            return None;
        };
        let folder = folder().expect("a folder for the server");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
        let data = folder.join("data");
        let initdb = programs.join("initdb");
        let options =
            ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username", USER, "--no-sync"];
        run(owner(&initdb).arg("-D").arg(&data).args(options));
        let guard = guard(&programs, &folder, &data);
        let cluster = Self { programs, folder, port, guard };
        cluster.launch();
        Some(cluster)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port the server listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A program of the server's version.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Makes an empty database, and gives its address.
    ///
    /// # Panics
    /// When there is one of that name.
    pub fn create(&self, database: &str) -> String {
        let createdb = self.programs.join("createdb");
        let port = self.port.to_string();
        run(Command::new(createdb).args(["-h", "127.0.0.1", "-U", USER, "-p", &port, database]));
        self.url(database)
    }

    /// Runs a statement, and gives back what it selects: a line a row, columns between bars.
    ///
    /// # Panics
    /// When it fails.
    pub fn query(&self, database: &str, sql: &str) -> String {
        let psql = self.programs.join("psql");
        let port = self.port.to_string();
        let place = ["-h", "127.0.0.1", "-U", USER, "-p", &port, "-d", database, "-XAtc", sql];
        run(Command::new(psql).args(place))
    }

    /// Writes a file that is the server's own, and gives back its path.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        let mut shell = owner(Path::new("sh"));
        shell.args(["-c", "umask 077; cat > \"$0\""]).arg(&path).stdin(Stdio::piped());
        let mut shell = shell.spawn().expect("a shell runs");
        let mut input = shell.stdin.take().expect("is piped");
        input.write_all(text.as_bytes()).expect("is read");
        drop(input);
        assert!(shell.wait().expect("it ends").success(), "{}", path.display());
        path
    }

    /// Stops the server as a power cut would, and starts it again: connections break, what was committed stays.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn crash_and_restart(&self) {
        self.control(&["stop", "-m", "immediate"]);
        self.launch();
    }

    /// Stops the server in good order, and starts it again: connections are ended in mid-transaction.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn restart(&self) {
        self.control(&["stop", "-m", "fast"]);
        self.launch();
    }

    fn launch(&self) {
        let settings = format!("-p {} {SETTINGS}", self.port);
        let log = self.folder.join("log");
        self.control(&["start", "-w", "-o", &settings, "-l", log.to_str().expect("is text")]);
    }

    fn control(&self, args: &[&str]) {
        let mut command = owner(&self.programs.join("pg_ctl"));
        // The server keeps what it is started with open: a pipe would never end.
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        assert!(
            command.status().expect("pg_ctl runs").success(),
            "pg_ctl {args:?}: see {}",
            self.folder.display()
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input tells the guard.
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// A shell that waits for this process's end, whatever it is, and then stops the server and removes its folder.
fn guard(programs: &Path, folder: &Path, data: &Path) -> Child {
    let script = "cat > /dev/null; \"$0\" -D \"$1\" -m immediate stop; rm -rf \"$2\"";
    owner(Path::new("sh"))
        .arg("-c")
        .arg(script)
        .arg(programs.join("pg_ctl"))
        .arg(data)
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell runs")
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The newest installed version's programs.
fn programs() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("POSTGRES_BIN") {
        return Some(folder.into());
    }
    let versions = fs::read_dir(VERSIONS).ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    versions.filter(|bin| bin.join("initdb").exists()).max_by_key(|bin| {
        let version = bin.parent().and_then(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
        version.unwrap_or_default()
    })
}

/// PostgreSQL does not run as root: a test that does hands it to the package's user.
fn owner(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).trim() == "0"
}

fn folder() -> io::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("portone-postgres-{}-{number}", std::process::id()));
    fs::create_dir(&folder)?;
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    Ok(folder)
}
