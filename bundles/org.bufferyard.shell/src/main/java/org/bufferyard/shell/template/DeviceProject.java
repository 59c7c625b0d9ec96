package org.bufferyard.shell.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bufferyard.platform.input.BadInputException;

/** A project that builds a device bundle by itself. */
public final class DeviceProject {
  private static final String TEMPLATE = "/template/device/";

  private final DeviceNames names;
  private final Path home;

  /**
   * @param name of the device: lower case, hyphens between words
   * @param group package above the bundle's
   * @param home the folder that holds launch/bufferyard
   * @throws BadInputException when a name will not do
   */
  public DeviceProject(String name, String group, Path home) {
    this.names = new DeviceNames(name, group);
    this.home = home;
  }

  /** The compatible string that boards ask for it by. */
  public String model() {
    return names.model();
  }

  /**
   * Writes it, whole or not at all.
   *
   * @param folder absolute, where there is nothing yet
   * @return the files, relative to the folder
   * @throws BadInputException when there is something, or it cannot be written
   */
  public List<Path> write(Path folder) {
    if (Files.exists(folder)) {
      throw new BadInputException(
          "is there already", folder.toString(), "take another name, or another --into");
    }
    Path into = folder.resolveSibling(".").normalize();
    if (!Files.isDirectory(into)) {
      throw new BadInputException(
          "is no folder", into.toString(), "make it first, or take another --into");
    }
    Map<Path, String> files = files();
    try {
      Path part = Files.createTempDirectory(into, ".new-device");
      try {
        for (Map.Entry<Path, String> file : files.entrySet()) {
          Path target = part.resolve(file.getKey());
          Files.createDirectories(target.resolveSibling(".").normalize());
          Files.writeString(target, file.getValue());
        }
        Path made = Files.createDirectory(folder);
        try (Stream<Path> tops = Files.list(part)) {
          for (Path top : tops.toList()) {
            Files.move(top, made.resolve(part.relativize(top)));
          }
        }
      } finally {
        delete(part);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be written (" + e.getClass().getSimpleName() + ")",
          folder.toString(),
          "give a folder that is yours with --into");
    }
    return List.copyOf(files.keySet());
  }

  private Map<Path, String> files() {
    String name = names.name();
    String code = names.packageName().replace('.', '/') + "/";
    Map<Path, String> files = new LinkedHashMap<>();
    put(files, "README.md", "README.md");
    put(files, "pom.xml", "pom.xml");
    put(files, "bnd.bnd", "bnd.bnd");
    put(files, "gitignore", ".gitignore");
    put(files, "src/main/resources/device.ecore", "src/main/resources/model/" + name + ".ecore");
    put(files, "src/main/resources/device.facts", "src/main/resources/facts/" + name + ".facts");
    put(files, "src/main/java/Kind.java", "src/main/java/" + code + names.type() + "Kind.java");
    put(files, "src/main/java/package-info.java", "src/main/java/" + code + "package-info.java");
    String test = "src/test/java/" + code + names.type();
    put(files, "src/test/java/ContractTest.java", test + "ContractTest.java");
    put(files, "src/test/java/KindTest.java", test + "KindTest.java");
    put(files, "board/device.topology", "board/" + name + ".topology");
    put(files, "board/device.scenario", "board/" + name + ".scenario");
    return files;
  }

  private void put(Map<Path, String> files, String resource, String target) {
    files.put(Path.of(target), filled(read(TEMPLATE + resource), resource.endsWith(".xml")));
  }

  private String filled(String text, boolean xml) {
    String place = xml ? home.toString().replace("&", "&amp;").replace("<", "&lt;") : home.toString();
    return text.replace("__HOME__", place)
        .replace("__GROUP__", names.group())
        .replace("__PACKAGE__", names.packageName())
        .replace("__NSURI__", names.nsUri())
        .replace("__MODEL__", names.model())
        .replace("__IDENT__", names.ident())
        .replace("__TYPE__", names.type())
        .replace("__TITLE__", names.title())
        .replace("__NAME__", names.name());
  }

  private static String read(String resource) {
    try (InputStream in = DeviceProject.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in this bundle");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
