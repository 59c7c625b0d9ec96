package org.bufferyard.importer.devicetree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources, with programs that play dtc and cpp, and with the real ones where they are. */
class SourceCompilerTest {
  private static final String ANNOTATED =
      """
      / { /* soc.dtsi:2, board.dts:3 */
      \tmfc: codec@1 { /* soc.dtsi:11:3-17:5, board.dts:8 */
      \t\treg = <0x01>; /* soc.dtsi:13 */
      \t}; /* soc.dtsi:17 */
      \tsoc {
      \t\tvop@2 { /* ../x/board.dts:20 */
      \t\t};
      \t};
      };
      """;

  @TempDir private Path folder;
  private Path source;

  @BeforeEach
  void source() throws IOException {
    source = Files.writeString(folder.resolve("board.dts"), "/dts-v1/;\n/ { };\n");
    Files.write(
        folder.resolve("made.dtb"),
        TreeWriter.board()
            .node("codec@1", c -> c.text("compatible", "t,c").flag("dma-coherent"))
            .blob());
    Files.writeString(folder.resolve("made.dts"), ANNOTATED);
  }

  private void program(String name, String script) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Plays dtc: copies what was made beforehand, of the format that is asked for. */
  private void dtc() throws IOException {
    program(
        "dtc",
        "while [ $# -gt 0 ]; do case $1 in -O) format=$2;; -o) out=$2;; esac; shift; done\n"
            + "cp " + folder + "/made.$format \"$out\"\n");
  }

  private DevicetreeImporter importer() {
    return new DevicetreeImporter(new SourceCompiler(List.of(folder)));
  }

  private String complaint() {
    String line =
        assertThrows(BadInputException.class, () -> importer().read(source, List.of(), List.of()))
            .getMessage();
    assertEquals(1, line.lines().count(), line);
    return line.substring(line.indexOf(": ") + 2);
  }

  @Test
  void elementsKnowTheLineOfTheirSource() throws IOException {
    dtc();
    BoardDraft draft = importer().read(source, List.of(), List.of()).draft();
    assertEquals("soc.dtsi:11", draft.nodes().getFirst().head().provenance().file());
    assertEquals("/codec@1", draft.nodes().getFirst().head().path());
  }

  @Test
  void placesAreReadFromAnnotations() {
    assertEquals(
        Map.of("/", "soc.dtsi:2", "/codec@1", "soc.dtsi:11", "/soc/vop@2", "board.dts:20"),
        SourcePlaces.of(ANNOTATED));
  }

  @Test
  void withoutDtcTheWayOutIsSaid() {
    assertEquals(
        "is a devicetree source, and dtc is not installed;"
            + " install device-tree-compiler, or give the .dtb",
        complaint());
  }

  @Test
  void includesNeedThePreprocessor() throws IOException {
    dtc();
    Files.writeString(source, "#include \"soc.dtsi\"\n");
    assertTrue(complaint().startsWith("has #include lines, and cpp is not installed"));
    program("cpp", "while [ $# -gt 0 ]; do [ $1 = -o ] && echo x > \"$2\"; shift; done\n");
    assertEquals(1, importer().read(source, List.of(), List.of()).draft().nodes().size());
  }

  @Test
  void whatAProgramComplainsOfIsOneLine() throws IOException {
    program("dtc", "echo; echo 'board.dts:3.1-5 syntax error'; echo more; exit 1\n");
    assertEquals("dtc: board.dts:3.1-5 syntax error; correct the source", complaint());
    program("dtc", "exit 3\n");
    assertEquals("dtc ended with 3; correct the source", complaint());
  }

  @Test
  void whatAProgramMakesIsReadAsCarefullyAsAnyBlob() throws IOException {
    dtc();
    Files.write(folder.resolve("made.dtb"), new byte[] {1, 2, 3, 4});
    assertTrue(complaint().startsWith("is no devicetree blob"));
  }

  @Test
  void theMachinesOwnProgramsAgree() throws IOException {
    String path = String.valueOf(System.getenv("PATH"));
    assumeTrue(
        Stream.of(path.split(":")).anyMatch(f -> Files.isExecutable(Path.of(f, "dtc"))),
        "dtc is not installed");
    Files.writeString(
        source,
        """
        /dts-v1/;
        / {
          #address-cells = <1>;
          #size-cells = <1>;
          compatible = "test,board";
          codec@1 {
            compatible = "t,c";
            dma-coherent;
          };
        };
        """);
    BoardDraft draft = new DevicetreeImporter().read(source, List.of(), List.of()).draft();
    assertEquals("board.dts:6", draft.nodes().getFirst().head().provenance().file());
  }
}
