package org.bufferyard.itest.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bufferyard.api.contract.LongReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The soak as a person would run it: a minute in the build, and with {@code -Plong} as many swaps as
 * its property says. It waits for a process of its own, so the rest of the tests goes on beside it.
 */
@Execution(ExecutionMode.CONCURRENT)
final class SoakTest {
  private static final Path HOME =
      Path.of(System.getProperty("basedir", "."), "../..").toAbsolutePath().normalize();

  private static final int SWAPS = Integer.getInteger("bufferyard.swaps", 0);

  @TempDir Path folder;

  @Test
  void swapsAtRandomUnderLoadLoseNothing() throws Exception {
    String given = System.getProperty("bufferyard.seed", "");
    long seed = given.isBlank() ? System.nanoTime() : Long.parseLong(given);
    System.out.println("SoakTest seed " + seed);
    JsonObject report =
        soak(
            "--seed",
            Long.toString(seed),
            "--swaps",
            Integer.toString(SWAPS == 0 ? 1_000_000 : SWAPS),
            "--seconds",
            SWAPS == 0 ? "60" : "3600");
    assertEquals(
        report.get("framesIn").getAsLong(),
        report.get("framesOut").getAsLong()
            + report.get("framesInFlight").getAsLong()
            + report.get("framesDropped").getAsLong(),
        report.toString());
    assertEquals(0, report.get("wrongChecksums").getAsLong(), report.toString());
    assertEquals(0, report.get("abandonedThreads").getAsLong(), report.toString());
    report
        .getAsJsonObject("leaks")
        .entrySet()
        .forEach(
            leak ->
                assertEquals(0, leak.getValue().getAsLong(), leak + " of " + report));
    assertTrue(report.getAsJsonArray("troubles").isEmpty(), report.toString());
    assertTrue(report.get("swaps").getAsInt() > 0, report.toString());
    assertTrue(report.get("exchanged").getAsLong() > 0, report.toString());
    if (SWAPS > 0) {
      assertEquals(SWAPS, report.get("swaps").getAsInt());
      LongReport.write("soak", "Swaps at random under load", page(report));
    }
  }

  private static String page(JsonObject report) {
    StringBuilder ways = new StringBuilder();
    for (Map.Entry<String, JsonElement> way :
        report.getAsJsonObject("ways").entrySet()) {
      ways.append(ways.isEmpty() ? "" : ", ")
          .append(way.getKey())
          .append(' ')
          .append(way.getValue());
    }
    return String.format(
        Locale.ROOT,
        """
        %d swaps with seed %d in %.0f s (%s), while %d pipelines streamed; the yards exchanged %d
        choices. Frames: %d in, %d out, %d in flight, %d dropped; wrong checksums %d; abandoned
        threads %d; leaks %s. The longest time that a pipeline went without a frame on account of a
        swap was %d ms.
        """,
        report.get("swaps").getAsInt(),
        report.get("seed").getAsLong(),
        report.get("seconds").getAsDouble(),
        ways,
        report.get("pipelines").getAsInt(),
        report.get("exchanged").getAsLong(),
        report.get("framesIn").getAsLong(),
        report.get("framesOut").getAsLong(),
        report.get("framesInFlight").getAsLong(),
        report.get("framesDropped").getAsLong(),
        report.get("wrongChecksums").getAsLong(),
        report.get("abandonedThreads").getAsLong(),
        report.get("leaks"),
        report.get("longestGapMs").getAsLong());
  }

  private JsonObject soak(String... options) throws IOException, InterruptedException {
    Path lib = HOME.resolve("launch/target/lib");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-ea",
                // As launch/bufferyard does: what only a soft reference holds is not leaked.
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                "-Dbufferyard.home=" + HOME,
                "-cp",
                lib.resolve("org.bufferyard.launcher.jar")
                    + ":"
                    + lib.resolve("org.apache.felix.framework.jar"),
                "org.bufferyard.launcher.Launcher",
                "soak",
                "--format",
                "json"));
    command.addAll(List.of(options));
    Path complaints = folder.resolve("stderr");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(complaints.toFile())
            .start();
    process.getOutputStream().close();
    String said;
    try (InputStream out = process.getInputStream()) {
      said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
    String whole = said + Files.readString(complaints);
    assertEquals(0, process.exitValue(), whole);
    assertTrue(said.startsWith("{"), whole);
    return JsonParser.parseString(said).getAsJsonObject();
  }
}
