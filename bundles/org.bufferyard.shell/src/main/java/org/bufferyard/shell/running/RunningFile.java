package org.bufferyard.shell.running;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.bufferyard.platform.input.BadInputException;

/**
 * Where a running yard says how it is reached: {@code pid}, {@code port} and {@code token}, a line
 * each, for launch/bufferyard to read. Whoever reads it may command the yard, so nobody but its owner
 * can.
 *
 * @param path absolute
 */
record RunningFile(Path path) {
  /** System property, set by launch/bufferyard: where to write it. Not set: nobody is told. */
  private static final String PATH = "bufferyard.yard";

  static Optional<RunningFile> ofThisProcess() {
    return Optional.ofNullable(System.getProperty(PATH)).map(Path::of).map(RunningFile::new);
  }

  /** The process that is there already, if its file is. */
  Optional<Long> holder() {
    try {
      return Files.readAllLines(path, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith("pid "))
          .map(line -> Long.valueOf(line.substring(4)))
          .filter(pid -> pid != ProcessHandle.current().pid())
          .filter(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent())
          .findFirst();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  void write(int port, String token) {
    String text =
        "pid " + ProcessHandle.current().pid() + "\nport " + port + "\ntoken " + token + "\n";
    try {
      Path folder = path.resolveSibling(".").normalize();
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, ".yard", ".part", ownerOnly());
      try {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
        Files.move(
            part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be written (" + e.getClass().getSimpleName() + ")",
          path.toString(),
          "set BUFFERYARD_YARD to a file in a folder that is yours, or to 'none'");
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Unless another yard has put its own there meanwhile. */
  void remove(String token) {
    try {
      if (Files.readString(path, StandardCharsets.UTF_8).contains(token)) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // Gone already, or not ours: launch/bufferyard finds that the process is gone.
    }
  }
}
