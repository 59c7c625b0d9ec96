package org.bufferyard.itest.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page about agreement says what the command says today. */
final class FidelityPageTest {
  private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
  private static final int BOUND_SECONDS = 300;

  @TempDir Path directory;

  @Test
  void pageIsWhatConformWrites() throws IOException, InterruptedException {
    Path page = directory.resolve("fidelity.md");
    ProcessBuilder builder =
        new ProcessBuilder(
                "launch/bufferyard", "conform", "--format", "markdown", "--quiet", "--report",
                page.toString())
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("said.txt").toFile());
    // We are inside a build: the script must not start another one in the same folders.
    builder.environment().put("BUFFERYARD_BUILD", "never");
    builder.environment().put("BUFFERYARD_YARD", "none");
    Process process = builder.start();
    boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertTrue(ended, "conform did not end within " + BOUND_SECONDS + " s");
    assertTrue(process.exitValue() <= 1, Files.readString(directory.resolve("said.txt")));
    assertEquals(
        Files.readString(page),
        Files.readString(HOME.resolve("docs/fidelity.md")),
        "write it anew: launch/bufferyard conform --format markdown --quiet --report docs/fidelity.md");
  }
}
