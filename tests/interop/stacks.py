"""The stacks: what each needs, how its version is found, how its client is generated, compiled and started."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))
from running import SETUP  # noqa: E402

JARS = Path("/usr/share/java")
# The JAX-WS reference implementation as Debian packs it: the JDK no longer holds it.
JAXWS = [
    "jaxws-rt", "jaxws-api", "javax.xml.soap-api", "jws-api", "jaxb-api", "jaxb-runtime", "jaxb-core", "saaj-impl",
    "stax-ex", "streambuffer", "stax2-api", "metro-policy", "gmbal", "glassfish-management-api", "mimepull", "txw2",
    "istack-commons-runtime", "FastInfoset", "xml-resolver", "javax.activation", "geronimo-annotation-1.3-spec",
]  # fmt: skip
AXIS = [
    "axis", "axis-jaxrpc", "axis-saaj", "commons-logging", "commons-discovery", "wsdl4j", "javax.mail",
    "javax.activation",
]  # fmt: skip


# ---- versions ---------------------------------------------------------------------------------------------------


def printed(*command):
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return "?"
    return (run.stdout + run.stderr).strip()


def debian(package):
    """The version without the packager's part."""
    return lambda: re.sub(r"^\d+:|[+~-].*$", "", printed("dpkg-query", "-W", "-f", "${Version}", package)) or "?"


def python_package(name):
    return lambda: importlib.metadata.version(name)


def npm_package(name):
    return lambda: json.loads((SETUP / "node" / "node_modules" / name / "package.json").read_text())["version"]


# ---- commands ---------------------------------------------------------------------------------------------------


def wsdl(url):
    return f"{url}/ws/v1?wsdl"


def python(name):
    return lambda url, folder: [[sys.executable, "-B", HERE / name]]


def node(name):
    return lambda url, folder: [["node", HERE / name]]


def php(url, folder):
    return [["php", "-d", "soap.wsdl_cache_enabled=0", "-d", "display_errors=stderr", HERE / "php_client.php"]]


def soap_lite(url, folder):
    return [["perl", HERE / "soap_lite.pl"]]


def soap_wsdl(url, folder):
    return [["wsdl2perl", "-b", ".", wsdl(url)], ["perl", "-I.", HERE / "soap_wsdl.pl"]]


def soap4r(url, folder):
    return [["ruby", "-W0", HERE / "soap4r.rb"]]


def java(jars, name, generate):
    """Generates sources into `source`, compiles them with the client, runs it."""

    def commands(url, folder):
        path = ":".join(str(JARS / f"{jar}.jar") for jar in jars if (JARS / f"{jar}.jar").exists())
        (folder / "source").mkdir()
        (folder / "classes").mkdir()

        def list_sources(_output):
            sources = [HERE / f"{name}.java", *sorted((folder / "source").rglob("*.java"))]
            (folder / "sources").write_text("".join(f'"{source}"\n' for source in sources))
            return None if len(sources) > 1 else "no source was generated"

        javac = ["javac", "-nowarn", "-Xlint:none", "-encoding", "UTF-8", "-cp", path, "-d", "classes", "@sources"]
        fast = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8"]
        return [generate(url, path), list_sources, javac, ["java", *fast, "-cp", f"classes:{path}", name]]

    return commands


def wsimport(url, path):
    return ["wsimport", "-quiet", "-Xnocompile", "-encoding", "UTF-8", "-p", "kontor", "-s", "source", wsdl(url)]


def wsdl2java(url, path):
    return ["java", "-cp", path, "org.apache.axis.wsdl.WSDL2Java", "-p", "kontor", "-o", "source", wsdl(url)]


def profile_warnings(output):
    """.NET's `wsdl` checks the WS-I Basic Profile; a developer must not be greeted by its warnings."""
    for line in output.splitlines():
        if "Basic Profile" in line or "warning" in line.lower() or "schema validation" in line.lower():
            return f"wsdl warns: {line.strip()}"
    return None


def mono(url, folder):
    sources = ["Proxy.cs", HERE / "Mono.cs"]
    return [
        ["wsdl", "-nologo", "-namespace:Kontor", "-out:Proxy.cs", wsdl(url)],
        profile_warnings,
        ["mcs", "-nologo", "-nowarn:1591", "-out:client.exe", "-r:System.Web.Services", *sources],
        ["mono", "client.exe"],
    ]


def gsoap(url, folder):
    generated = ["soapC.cpp", "soapKontorBindingProxy.cpp"]
    return [
        ["wsdl2h", "-z1", "-o", "kontor.h", wsdl(url)],
        ["soapcpp2", "-j", "-C", "-x", "-I", "/usr/share/gsoap/import", "kontor.h"],
        ["g++", "-O0", "-w", "-I.", HERE / "gsoap.cpp", *generated, "-lgsoap++", "-o", "client"],
        ["./client"],
    ]


def kdsoap(url, folder):
    flags = printed("pkg-config", "--cflags", "--libs", "Qt5Network", "Qt5Xml").split()
    return [
        ["kdwsdl2cpp", "-namespace", "kontor", "-both", "kontor", wsdl(url)],
        ["moc", "kontor.h", "-o", "moc_kontor.cpp"],
        ["g++", "-O0", "-w", "-fPIC", "-I.", "-I/usr/include/KDSoapClient", HERE / "kdsoap.cpp", "kontor.cpp", "moc_kontor.cpp",
         "-lkdsoap", *flags, "-o", "client"],
        ["./client"],
    ]  # fmt: skip


# Name, what it needs of .setup/capabilities, its version, its commands. The slow ones first: two run at a time.
STACKS = [
    ("gSOAP", "gsoap", debian("gsoap"), gsoap),
    ("KDSoap (Qt)", "kdsoap", debian("libkdsoap-dev"), kdsoap),
    ("JAX-WS RI wsimport", "jaxws", debian("libjaxws-java"), java(JAXWS, "Jaxws", wsimport)),
    ("Axis 1 WSDL2Java", "axis", debian("libaxis-java"), java(AXIS, "Axis", wsdl2java)),
    ("SOAP::WSDL", "soapwsdl", lambda: printed("perl", "-MSOAP::WSDL", "-e", "print $SOAP::WSDL::VERSION"), soap_wsdl),
    (".NET wsdl (Mono)", "mono", debian("mono-devel"), mono),
    ("zeep", "zeep", python_package("zeep"), python("zeep_client.py")),
    ("suds-community", "suds", python_package("suds-community"), python("suds_client.py")),
    ("PHP SoapClient", "php", lambda: printed("php", "-n", "-r", "echo PHP_VERSION;"), php),
    ("node soap", "node", npm_package("soap"), node("node_soap.js")),
    ("strong-soap", "node", npm_package("strong-soap"), node("strong_soap.js")),
    ("easy-soap-request", "node", npm_package("easy-soap-request"), node("easy_soap.js")),
    ("SOAP::Lite", "soaplite", lambda: printed("perl", "-MSOAP::Lite", "-e", "print $SOAP::Lite::VERSION"), soap_lite),
    ("soap4r", "soap4r", debian("ruby-soap4r"), soap4r),
]
