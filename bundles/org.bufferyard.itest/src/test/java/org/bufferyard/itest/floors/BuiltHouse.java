package org.bufferyard.itest.floors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All bundles that the build has made, read once.
 *
 * @param tests bundle to the classes of its tests
 */
record BuiltHouse(List<BuiltBundle> bundles, Map<String, List<TestClass>> tests) {
  static final Path BUNDLES = Path.of("..").toAbsolutePath().normalize();

  static final BuiltHouse READ = read();

  private static BuiltHouse read() {
    try (Stream<Path> folders = Files.list(BUNDLES)) {
      Map<String, List<TestClass>> tests = new TreeMap<>();
      List<BuiltBundle> bundles =
          folders
              .map(folder -> folder.resolve("target"))
              .filter(target -> Files.exists(target.resolve("classes/META-INF/MANIFEST.MF")))
              .map(
                  target -> {
                    BuiltBundle bundle = BuiltBundle.read(target.resolve("classes"));
                    tests.put(bundle.name(), TestClass.read(target.resolve("test-classes")));
                    return bundle;
                  })
              .toList();
      return new BuiltHouse(bundles, Map.copyOf(tests));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
