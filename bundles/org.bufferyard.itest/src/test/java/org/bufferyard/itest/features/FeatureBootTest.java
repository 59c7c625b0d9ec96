package org.bufferyard.itest.features;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each feature boots in its own process: no unresolved bundle, no unsatisfied component. */
final class FeatureBootTest {
  private static final Path LIB = FeatureFile.HOME.resolve("launch/target/lib");

  @TempDir Path folder;

  /** Features lean on the core; the shell's commands reach for the devices too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "core", "core,devices", "core,devices,shell", "core,live", "core,live,console", "core,web"
      })
  void bootsWithoutAProblem(String features) throws Exception {
    assertEquals("", check(FeatureFile.HOME, features));
  }

  @Test
  void everyFeatureIsBootedAbove() throws NoSuchMethodException {
    Set<String> booted = new TreeSet<>();
    for (String features :
        FeatureBootTest.class
            .getDeclaredMethod("bootsWithoutAProblem", String.class)
            .getAnnotation(ValueSource.class)
            .strings()) {
      booted.addAll(List.of(features.split(",")));
    }
    assertEquals(
        FeatureFile.all().stream().map(FeatureFile::name).collect(Collectors.toSet()), booted);
  }

  /** The check must be able to fail. */
  @Test
  void aBundleThatLacksAPackageIsReported() throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    Files.createSymbolicLink(home.resolve("launch"), FeatureFile.HOME.resolve("launch"));
    Files.createDirectories(home.resolve("features"));
    String shell = Files.readString(FeatureFile.HOME.resolve("features/shell.json"));
    String withoutPicocli =
        shell.lines().filter(line -> !line.contains("picocli")).collect(Collectors.joining("\n"));
    Files.copy(
        FeatureFile.HOME.resolve("features/core.json"), home.resolve("features/core.json"));
    Files.writeString(home.resolve("features/shell.json"), withoutPicocli);
    String said = check(home, "core,shell");
    assertTrue(
        said.startsWith("bufferyard: feature shell: org.bufferyard.shell ") && said.contains("osgi.wiring.package=picocli"), said);
  }

  /** What the launcher prints; empty when all is well. */
  private String check(Path home, String features) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "-Dbufferyard.home=" + home,
                "-Dbufferyard.check=" + features,
                "-Dfelix.fileinstall.dir=" + folder.resolve("plugins"),
                "-Dgosh.args=--nointeractive --noshutdown",
                "-cp",
                LIB.resolve("org.bufferyard.launcher.jar")
                    + ":"
                    + LIB.resolve("org.apache.felix.framework.jar"),
                "org.bufferyard.launcher.Launcher")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said;
    try (InputStream out = process.getInputStream()) {
      said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
    // Code and text must agree: no news is good news.
    assertEquals(said.isEmpty(), process.exitValue() == 0, said);
    return said;
  }
}
