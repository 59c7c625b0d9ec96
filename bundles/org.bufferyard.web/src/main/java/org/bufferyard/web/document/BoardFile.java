package org.bufferyard.web.document;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bufferyard.web.wire.Failure;

/**
 * The file of a document: where it is and what stood in it when it was read or written last. Never
 * overwrites what somebody else put there without being told to. One thread.
 */
final class BoardFile {
  private final Workspace workspace;
  private String path;
  // What we know to be on disk; empty before the first save.
  private Optional<byte[]> known;
  // Cheap signs of a change: content is compared only when they differ.
  private long seenModified = -1;
  private long seenSize = -1;
  private boolean seenSame = true;

  BoardFile(Workspace workspace, String path, Optional<byte[]> known) {
    this.workspace = workspace;
    this.path = path;
    this.known = known;
  }

  String path() {
    return path;
  }

  /** Without folder and ending. */
  String name() {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.endsWith(Workspace.BOARD)
        ? file.substring(0, file.length() - Workspace.BOARD.length())
        : file;
  }

  Optional<byte[]> known() {
    return known;
  }

  boolean isOnDisk() {
    return known.isPresent();
  }

  /** {@code same}, {@code changed} or {@code deleted}, compared with what we know. */
  String diskState() {
    Path file = workspace.resolve(path);
    try {
      if (!Files.exists(file)) {
        return known.isPresent() ? "deleted" : "same";
      }
      long modified = Files.getLastModifiedTime(file).toMillis();
      long size = Files.size(file);
      if (modified != seenModified || size != seenSize) {
        seenSame = known.isPresent() && Arrays.equals(workspace.read(path), known.get());
        seenModified = modified;
        seenSize = size;
      }
      return seenSame ? "same" : "changed";
    } catch (IOException | Failure e) {
      return "changed";
    }
  }

  /** Takes what is on disk as known. */
  byte[] read() {
    byte[] text = workspace.read(path);
    known = Optional.of(text);
    seenModified = -1;
    return text;
  }

  /**
   * @param overwrite whatever is there
   * @throws Failure when something else is there, or it cannot be written; nothing is written then
   */
  void write(byte[] text, boolean overwrite) {
    seenModified = -1;
    if (!overwrite && diskState().equals("changed")) {
      throw known.isPresent()
          ? new Failure(
              Failure.Kind.DISK, path + ": changed on disk since it was read; overwrite it?")
          : new Failure(Failure.Kind.EXISTS, path + ": there is such a file already; overwrite it?");
    }
    if (!overwrite && diskState().equals("deleted")) {
      throw new Failure(
          Failure.Kind.DISK, path + ": vanished from disk since it was read; write it again?");
    }
    write(workspace.resolve(path), text);
    known = Optional.of(text);
    seenModified = -1;
  }

  /** Saves elsewhere; from then on that is the file. */
  void writeAs(String other, byte[] text, boolean overwrite) {
    Path target = workspace.resolve(other);
    if (!overwrite && Files.exists(target)) {
      throw new Failure(
          Failure.Kind.EXISTS, other + ": there is such a file already; overwrite it?");
    }
    write(target, text);
    path = other;
    known = Optional.of(text);
    seenModified = -1;
  }

  private void write(Path target, byte[] text) {
    try {
      Path above = target.getParent();
      if (above != null) {
        Files.createDirectories(above);
      }
      WholeFile.write(target, text);
    } catch (IOException e) {
      throw Failure.refused(
          workspace.relative(target) + ": cannot be written; look at its permissions");
    }
  }
}
