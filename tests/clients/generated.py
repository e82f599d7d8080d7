"""Clients whose code is generated from the WSDL of the running gateway, compiled and run: .NET and JAX-WS."""

from pathlib import Path

HERE = Path(__file__).resolve().parent

# The JAX-WS reference implementation as Debian packs it: the JDK no longer holds it.
JARS = Path("/usr/share/java")
JAXWS = [
    "jaxws-rt", "jaxws-api", "javax.xml.soap-api", "jws-api", "jaxb-api", "jaxb-runtime", "jaxb-core", "saaj-impl",
    "stax-ex", "streambuffer", "stax2-api", "metro-policy", "gmbal", "glassfish-management-api", "mimepull", "txw2",
    "istack-commons-runtime", "FastInfoset", "xml-resolver", "javax.activation", "geronimo-annotation-1.3-spec",
]  # fmt: skip


def profile_warnings(output):
    """.NET's `wsdl` checks the WS-I Basic Profile; a developer must not be greeted by its warnings."""
    for line in output.splitlines():
        if "Basic Profile" in line or "warning" in line.lower() or "schema validation" in line.lower():
            return f"wsdl warns: {line.strip()}"
    return None


def dotnet(url, folder, face):
    return [
        ["wsdl", "-nologo", "-namespace:Kontor", "-out:Proxy.cs", f"{url}/ws/v1?wsdl"],
        profile_warnings,
        ["mcs", "-nologo", "-nowarn:1591", "-out:client.exe", "-r:System.Web.Services", "Proxy.cs", HERE / "DotnetClient.cs"],
        ["mono", "client.exe"],
    ]


def jaxws(url, folder, face):
    path = ":".join(str(JARS / f"{jar}.jar") for jar in JAXWS if (JARS / f"{jar}.jar").exists())
    (folder / "source").mkdir()
    (folder / "classes").mkdir()

    def list_sources(_output):
        sources = [HERE / "JaxwsClient.java", *(folder / "source").rglob("*.java")]
        (folder / "sources").write_text("".join(f'"{source}"\n' for source in sources))
        return None if len(sources) > 1 else "wsimport wrote no source"

    return [
        ["wsimport", "-quiet", "-Xnocompile", "-encoding", "UTF-8", "-p", "kontor", "-s", "source", f"{url}/ws/v1?wsdl"],
        list_sources,
        ["javac", "-nowarn", "-Xlint:none", "-encoding", "UTF-8", "-cp", path, "-d", "classes", "@sources"],
        ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", f"classes:{path}", "JaxwsClient"],
    ]
