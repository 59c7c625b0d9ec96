package org.bufferyard.shell.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written; that it builds and streams is tested with the tutorial. */
class DeviceProjectTest {
  @TempDir Path folder;

  @Test
  void nothingOfTheTemplateIsLeftInTheProject() throws IOException {
    DeviceProject project = new DeviceProject("my-fancy-npu2", "com.acme", Path.of("/a & b"));
    List<Path> files = project.write(folder.resolve("p"));
    assertTrue(files.contains(Path.of("src/main/java/com/acme/myfancynpu2/MyFancyNpu2Kind.java")));
    for (Path file : files) {
      String text = Files.readString(folder.resolve("p").resolve(file));
      assertFalse(text.contains("__") || text.contains("@project") || text.contains("@osgi"), text);
    }
    String pom = Files.readString(folder.resolve("p/pom.xml"));
    assertTrue(pom.contains("<bufferyard.home>/a &amp; b</bufferyard.home>"), pom);
    assertTrue(pom.contains("${bufferyard.home}/launch"), "Maven's own expressions stay");
    assertEquals("acme,my-fancy-npu2", project.model());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "A", "1x", "x_y", "x--y", "-x", "x-", "a/b", "..", "class", "x y", "ü"})
  void aBadNameIsRefusedInOneLine(String name) {
    BadInputException refused =
        assertThrows(
            BadInputException.class, () -> new DeviceProject(name, "org.example", folder));
    assertEquals(1, refused.getMessage().lines().count());
    assertTrue(refused.getMessage().startsWith("'" + name + "'"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a..b", "a.class", "a-b", "../x"})
  void aBadPackageIsRefused(String group) {
    assertThrows(BadInputException.class, () -> new DeviceProject("npu", group, folder));
  }

  @Test
  void whatIsThereIsLeftAlone() throws IOException {
    Path there = Files.createDirectory(folder.resolve("npu"));
    DeviceProject project = new DeviceProject("npu", "org.example", folder);
    assertThrows(BadInputException.class, () -> project.write(there));
    assertThrows(BadInputException.class, () -> project.write(folder.resolve("no/npu")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(there), files.toList());
    }
  }
}
