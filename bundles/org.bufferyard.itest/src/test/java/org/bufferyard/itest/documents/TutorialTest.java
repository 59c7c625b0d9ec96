package org.bufferyard.itest.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/write-a-device.md, typed as it stands, offline and outside this repository. */
final class TutorialTest {
  private static final Path HOME = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```sh\\R# ci\\R(.*?)```", Pattern.DOTALL);
  private static final int BOUND_SECONDS = 240;

  @TempDir Path folder;

  @Test
  void aDeviceStreamsThatWasNotThereTenMinutesAgo() throws Exception {
    String document = Files.readString(HOME.resolve("docs/write-a-device.md"));
    String script =
        BLOCK.matcher(document).results().map(m -> m.group(1)).collect(Collectors.joining("\n"));
    assertTrue(script.contains("new device"), "the tutorial shows no command to run");
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().put("BUFFERYARD_BUILD", "never");
    builder.environment().put("BUFFERYARD_YARD", folder.resolve("yard").toString());
    long begin = System.nanoTime();
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
      String said = Files.readString(output);
      assertTrue(ended, () -> "it did not end within " + BOUND_SECONDS + " s:\n" + said);
      assertEquals(0, process.exitValue(), said);
      for (String line : said.lines().filter(l -> l.contains("to-display")).toList()) {
        assertEquals("0", line.strip().split("\\s+")[7], "frames with wrong bytes:\n" + said);
      }
      System.out.printf(
          "the tutorial took %d s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    } finally {
      end(process);
    }
  }

  /** The shell, and the yard that it left in the background. */
  private static void end(Process process) throws IOException {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroyForcibly();
    process.getInputStream().close();
  }
}
