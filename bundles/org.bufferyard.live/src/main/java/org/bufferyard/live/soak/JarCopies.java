package org.bufferyard.live.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** The jars of installed bundles, copied under another version so that both can be there. */
final class JarCopies {
  private JarCopies() {}

  /** Where the framework reads a bundle from; empty when it is no file. */
  static Optional<Path> of(Bundle bundle) {
    String location = bundle.getLocation();
    String url = location.startsWith("reference:") ? location.substring(10) : location;
    if (!url.startsWith("file:")) {
      return Optional.empty();
    }
    // An update from the same file has a location of its own: the file's with a number behind it.
    URI file = URI.create(url.replaceFirst("#\\d+$", ""));
    return Optional.of(Path.of(file)).filter(Files::isRegularFile);
  }

  /** Writes a copy; nothing but the version differs. */
  static Path write(Path jar, String version, Path target) {
    try {
      Path folder = target.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
        Manifest read = in.getManifest();
        Manifest manifest = read == null ? new Manifest() : new Manifest(read);
        manifest.getMainAttributes().putValue(Constants.BUNDLE_VERSION, version);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(target), manifest)) {
          for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
            out.putNextEntry(new JarEntry(entry.getName()));
            in.transferTo(out);
            out.closeEntry();
          }
        }
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("copying " + jar, e);
    }
  }
}
