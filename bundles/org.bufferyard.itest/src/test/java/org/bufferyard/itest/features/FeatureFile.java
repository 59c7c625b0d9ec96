package org.bufferyard.itest.features;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.osgi.framework.Constants;

/** One of features/*.json, with the built bundles it names. */
record FeatureFile(String name, List<Path> jars) {
  /** The folder above all modules. */
  static final Path HOME = Path.of("../..").toAbsolutePath().normalize();

  static final Path REPOSITORY = HOME.resolve("launch/target/repository");

  /** What a bundle says of itself. */
  record Identity(String symbolicName, String version) {
    static Identity of(Path jar) {
      try (JarFile file = new JarFile(jar.toFile())) {
        Attributes headers = file.getManifest().getMainAttributes();
        return new Identity(
            headers.getValue(Constants.BUNDLE_SYMBOLICNAME).split(";", 2)[0].strip(),
            headers.getValue(Constants.BUNDLE_VERSION));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static List<FeatureFile> all() {
    try (Stream<Path> files = Files.list(HOME.resolve("features"))) {
      return files.filter(f -> f.toString().endsWith(".json")).sorted().map(FeatureFile::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FeatureFile read(Path json) {
    try {
      Iterable<JsonElement> bundles =
          JsonParser.parseString(Files.readString(json)).getAsJsonObject().getAsJsonArray("bundles");
      List<Path> jars =
          StreamSupport.stream(bundles.spliterator(), false)
              .map(bundle -> jar(bundle.getAsJsonObject().get("id").getAsString()))
              .toList();
      return new FeatureFile(json.getFileName().toString().replace(".json", ""), jars);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the build puts group, artifact and version. */
  static Path jar(String coordinates) {
    String[] part = coordinates.split(":");
    return REPOSITORY
        .resolve(part[0].replace('.', '/'))
        .resolve(part[1])
        .resolve(part[2])
        .resolve(part[1] + "-" + part[2] + ".jar");
  }
}
