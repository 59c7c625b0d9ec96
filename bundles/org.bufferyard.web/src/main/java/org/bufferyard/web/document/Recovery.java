package org.bufferyard.web.document;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Changes that nobody saved, kept beside the boards so that the end of the server does not lose
 * them: the text, and what stood on disk when it was read. A folder that cannot be written to has no
 * recovery. Safe for any thread, one document at a time.
 */
final class Recovery {
  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
  private static final String TEXT = ".text";
  private static final String BASE = ".base";

  private final Path folder;

  /**
   * @param text unsaved
   * @param base on disk when it was read; empty for a board that never was on disk
   */
  record Kept(byte[] text, Optional<byte[]> base) {}

  Recovery(Path workspace) {
    folder = workspace.resolve(Workspace.HIDDEN).resolve("unsaved");
  }

  private Path file(String path, String suffix) {
    return folder.resolve(URLEncoder.encode(path, StandardCharsets.UTF_8) + suffix);
  }

  void keep(String path, byte[] text, Optional<byte[]> base) {
    try {
      Files.createDirectories(folder);
      if (base.isPresent()) {
        WholeFile.write(file(path, BASE), base.get());
      } else {
        Files.deleteIfExists(file(path, BASE));
      }
      WholeFile.write(file(path, TEXT), text);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "unsaved changes of {0} are not kept: {1}", path, e);
    }
  }

  void forget(String path) {
    try {
      Files.deleteIfExists(file(path, TEXT));
      Files.deleteIfExists(file(path, BASE));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "unsaved changes of {0} stay: {1}", path, e);
    }
  }

  Optional<Kept> find(String path) {
    try {
      if (!Files.isRegularFile(file(path, TEXT))) {
        return Optional.empty();
      }
      Optional<byte[]> base =
          Files.isRegularFile(file(path, BASE))
              ? Optional.of(Files.readAllBytes(file(path, BASE)))
              : Optional.empty();
      return Optional.of(new Kept(Files.readAllBytes(file(path, TEXT)), base));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "unsaved changes of {0} cannot be read: {1}", path, e);
      return Optional.empty();
    }
  }

  /** Paths of boards with changes that are kept. */
  Set<String> paths() {
    if (!Files.isDirectory(folder)) {
      return Set.of();
    }
    Set<String> paths = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(n -> n.endsWith(TEXT) && !n.startsWith("."))
          .map(n -> n.substring(0, n.length() - TEXT.length()))
          .forEach(n -> paths.add(URLDecoder.decode(n, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no list of unsaved changes: {0}", e);
    }
    return paths;
  }
}
