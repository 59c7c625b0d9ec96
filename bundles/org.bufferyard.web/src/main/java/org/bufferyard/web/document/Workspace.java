package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.bufferyard.web.wire.Failure;

/** The one folder that pages see, and nothing outside it. Safe for any thread. */
public final class Workspace {
  static final String BOARD = ".topology";
  static final String DEVICETREE = ".dtb";

  /** Where this server keeps what is its own. */
  static final String HIDDEN = ".bufferyard";

  private static final int DEEPEST = 8;
  private static final int MOST = 2000;
  private static final int MOST_LOOKED_AT = 100_000;
  private static final long LARGEST = 64L << 20;

  private final Path root;

  /**
   * @throws IOException when there is no such folder
   */
  public Workspace(Path folder) throws IOException {
    root = folder.toRealPath();
  }

  /** The folder, for whoever prints it on the server's own terminal. */
  public Path folder() {
    return root;
  }

  public String name() {
    return String.valueOf(root.getFileName());
  }

  /**
   * The place of a path that a page named.
   *
   * @throws Failure when it is no path, or leads out of the folder
   */
  Path resolve(String path) {
    Path resolved;
    try {
      if (path.isBlank() || path.indexOf('\\') >= 0 || path.indexOf('\0') >= 0) {
        throw new Failure(Failure.Kind.PATH, "'" + path + "' is no path in the workspace");
      }
      resolved = root.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new Failure(Failure.Kind.PATH, "'" + path + "' is no path in the workspace");
    }
    boolean hidden = false;
    if (resolved.startsWith(root) && !resolved.equals(root)) {
      for (Path part : root.relativize(resolved)) {
        hidden |= part.toString().startsWith(".");
      }
      if (!hidden && isInside(resolved)) {
        return resolved;
      }
    }
    throw new Failure(Failure.Kind.PATH, "'" + path + "' is not in the workspace");
  }

  /** Whether what is there of the path, links followed, is in the folder. */
  private boolean isInside(Path resolved) {
    Path there = resolved;
    while (there != null && !Files.exists(there, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    try {
      return there != null && there.toRealPath().startsWith(root);
    } catch (IOException e) {
      return false; // a link that leads nowhere
    }
  }

  /** As pages name it. */
  String relative(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  /**
   * @throws Failure when it cannot be read
   */
  byte[] read(String path) {
    Path file = resolve(path);
    try {
      if (!Files.isRegularFile(file)) {
        throw Failure.notFound(path + ": there is no such file");
      }
      if (Files.size(file) > LARGEST) {
        throw new Failure(Failure.Kind.TOO_LARGE, path + ": larger than " + LARGEST + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Failure.refused(path + ": cannot be read; look at its permissions");
    }
  }

  /** The kind of a file; empty for one that pages do not open. */
  private static String kind(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(BOARD) ? "board" : lower.endsWith(DEVICETREE) ? "devicetree" : "";
  }

  /**
   * @param doc id of the document that has a path open; empty for none
   */
  JsonObject list(Function<String, String> doc, Set<String> unsaved) {
    JsonArray files = new JsonArray();
    boolean[] truncated = {false};
    try {
      Files.walkFileTree(
          root, EnumSet.noneOf(FileVisitOption.class), DEEPEST, new Listing(files, doc, truncated));
    } catch (IOException e) {
      throw Failure.refused("the workspace cannot be listed");
    }
    for (String path : unsaved) {
      if (!Files.exists(root.resolve(path))) {
        JsonObject json = new JsonObject();
        json.addProperty("path", path);
        json.addProperty("kind", "board");
        json.addProperty("unsaved", true);
        files.add(json);
      }
    }
    JsonObject json = new JsonObject();
    json.add("files", files);
    json.addProperty("truncated", truncated[0]);
    return json;
  }

  private final class Listing extends SimpleFileVisitor<Path> {
    private final JsonArray files;
    private final Function<String, String> doc;
    private final boolean[] truncated;
    private int lookedAt;

    Listing(JsonArray files, Function<String, String> doc, boolean[] truncated) {
      this.files = files;
      this.doc = doc;
      this.truncated = truncated;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      boolean hidden = !folder.equals(root) && isHidden(folder);
      return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return String.valueOf(path.getFileName()).startsWith(".");
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      lookedAt++;
      String kind = kind(String.valueOf(file.getFileName()));
      if (lookedAt > MOST_LOOKED_AT) {
        truncated[0] = true;
        return FileVisitResult.TERMINATE;
      }
      if (!attributes.isRegularFile() || isHidden(file) || kind.isEmpty()) {
        return FileVisitResult.CONTINUE;
      }
      if (files.size() >= MOST) {
        truncated[0] = true;
        return FileVisitResult.TERMINATE;
      }
      String path = relative(file);
      JsonObject json = new JsonObject();
      json.addProperty("path", path);
      json.addProperty("kind", kind);
      json.addProperty("size", attributes.size());
      json.addProperty("modified", attributes.lastModifiedTime().toInstant().toString());
      String open = doc.apply(path);
      if (!open.isEmpty()) {
        json.addProperty("doc", open);
      }
      files.add(json);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE; // a folder that may not be read has no files for us
    }
  }
}
