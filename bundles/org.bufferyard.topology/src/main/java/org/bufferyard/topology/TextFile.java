package org.bufferyard.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.bufferyard.platform.input.BadInputException;

/** A file on disk: read whole, replaced whole. Stateless. */
final class TextFile {
  private static final int ATTEMPTS = 100;
  private static final Duration ABANDONED = Duration.ofMinutes(1);

  private TextFile() {}

  /**
   * @param suffix of such files, for messages
   * @throws BadInputException when it cannot be read
   */
  static byte[] read(Path file, String suffix) {
    try {
      if (Files.isDirectory(file)) {
        throw new BadInputException("is a folder", file.toString(), "give a " + suffix + " file");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException("no such file", file.toString(), "give a " + suffix + " file");
    } catch (AccessDeniedException e) {
      throw new BadInputException("may not be read", file.toString(), "change its permissions");
    } catch (IOException e) {
      throw new BadInputException("cannot be read: " + e.getMessage(), file.toString(), "");
    }
  }

  /**
   * Puts new content in place of the old, or leaves everything as it was. A reader sees one or the
   * other, never a part.
   *
   * @param expected what stands there now
   * @throws BadInputException when something else stands there, or it cannot be written
   */
  static void replace(Path file, byte[] expected, byte[] content) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      if (!Arrays.equals(Files.readAllBytes(target), expected)) {
        throw new BadInputException(
            "changed on disk since it was opened",
            file.toString(),
            "open it again; nothing was written");
      }
      Path temporary = write(target, content);
      try {
        move(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException e) {
      throw new BadInputException(
          "vanished from disk since it was opened", file.toString(), "save it elsewhere");
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be written: " + e.getMessage(), file.toString(), "the old file is untouched");
    }
  }

  /**
   * Writes a file that is not there yet, whole or not at all.
   *
   * @throws BadInputException when it cannot be written, or is there
   */
  static void create(Path file, byte[] content) {
    if (Files.exists(file)) {
      throw new BadInputException("is there already", file.toString(), "give another name");
    }
    try {
      Path target = file.toAbsolutePath();
      Path temporary = write(target, content);
      try {
        move(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException e) {
      throw new BadInputException("its folder is not there", file.toString(), "make it first");
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be written: " + e.getMessage(), file.toString(), "nothing was written");
    }
  }

  /** Beside the target, so that a move is one step; forced to disk before it. */
  private static Path write(Path target, byte[] content) throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      Path temporary = target.resolveSibling("." + target.getFileName() + ".new" + i);
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
        copyPermissions(target, temporary);
        return temporary;
      } catch (FileAlreadyExistsException e) {
        discardAbandoned(temporary); // somebody else's, or left by a process that died; the next name
      } catch (IOException | UncheckedIOException e) {
        Files.deleteIfExists(temporary);
        throw e;
      }
    }
    throw new IOException("too many temporary files beside it");
  }

  /** No write takes that long. */
  private static void discardAbandoned(Path temporary) throws IOException {
    try {
      Instant written = Files.getLastModifiedTime(temporary).toInstant();
      if (written.isBefore(Instant.now().minus(ABANDONED))) {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException e) {
      // Done meanwhile.
    }
  }

  private static void copyPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (view != null && Files.exists(from)) {
      view.setPermissions(Files.getPosixFilePermissions(from));
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
