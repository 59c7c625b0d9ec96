package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.BufferResult;
import org.bufferyard.api.dmabuf.UserProcess.MmapResult;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;

/** User space on a descriptor: the {@code !} commands. */
final class UserCommands {
  /** The runner's answer where it has no mapping. */
  private static final int NO_MAPPING = -1;

  /** Room for the argument of any ioctl that the runner sends unseen. */
  private static final int ARGUMENT_BYTES = 64;

  private static final int POLLNVAL = 0x20;

  private UserCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("!fd", UserCommands::open);
    commands.put("!close", UserCommands::close);
    commands.put("!getfd", UserCommands::get);
    commands.put("!mmap", UserCommands::mmap);
    commands.put("!munmap", UserCommands::munmap);
    commands.put("!touch", UserCommands::touch);
    commands.put("!look", UserCommands::look);
    commands.put(
        "!seek",
        (bench, op, recorded) ->
            Answer.rc(
                process(bench).lseek(fd(bench, op), op.number(2), (int) op.number(3))));
    commands.put(
        "!read",
        (bench, op, recorded) -> Answer.rc(process(bench).read(fd(bench, op), new byte[16])));
    commands.put("!fdinfo", UserCommands::fdinfo);
    commands.put("!sync", (bench, op, recorded) -> ioctl(bench, op, DmaBufIoctl.SYNC, u64(op, 2)));
    commands.put("!name", UserCommands::name);
    commands.put(
        "!ioctl",
        (bench, op, recorded) ->
            ioctl(bench, op, op.number(2), new byte[ARGUMENT_BYTES]));
    commands.put("!poll", UserCommands::poll);
    commands.put("!syncfile", UserCommands::syncFile);
    commands.put("!syncimport", UserCommands::importSyncFile);
  }

  private static UserProcess process(Bench bench) {
    return bench.user().process();
  }

  private static int fd(Bench bench, Operation op) {
    return bench.user().fd(op.word(1));
  }

  // ---- descriptors ----

  private static Answer open(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(1));
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    int fd = process(bench).fd(shared.get().buffer(), UserProcess.O_CLOEXEC);
    bench.user().opened(op.word(1), fd);
    return new Answer().number("ok", fd < 0 ? 0 : 1);
  }

  private static Answer close(Bench bench, Operation op, JsonObject recorded) {
    int rc = process(bench).close(fd(bench, op));
    bench.user().closed(op.word(1));
    return Answer.rc(rc);
  }

  /** The module gets the buffer by its descriptor, and gives it back at once. */
  private static Answer get(Bench bench, Operation op, JsonObject recorded) {
    BufferResult result = process(bench).get(fd(bench, op));
    JsonObject module = new JsonObject();
    result
        .buffer()
        .ifPresent(
            buffer -> {
              bench
                  .nameOf(buffer)
                  .ifPresent(name -> module.addProperty("same", name));
              bench.state().dmaBufs().put(buffer);
            });
    module.addProperty("rc", result.rc());
    return new Answer().put("module", module);
  }

  /** Mount and inode number count what the boot did before the case: inputs. */
  private static Answer fdinfo(Bench bench, Operation op, JsonObject recorded) {
    Optional<String> shown = process(bench).fdinfo(fd(bench, op));
    if (shown.isEmpty()) {
      return Answer.noObject();
    }
    String expected = recorded.has("text") ? recorded.get("text").getAsString() : "";
    String text =
        shown
            .get()
            .lines()
            .map(
                line ->
                    line.startsWith("mnt_id:") || line.startsWith("ino:")
                        ? countedBefore(bench, op, line, expected)
                        : line)
            .collect(Collectors.joining("\n", "", "\n"));
    return new Answer().text("text", text);
  }

  private static String countedBefore(
      Bench bench, Operation op, String line, String expected) {
    String field = line.substring(0, line.indexOf(':') + 1);
    Stream<String> lines = expected.lines();
    return lines
        .filter(l -> l.startsWith(field))
        .findFirst()
        .map(l -> bench.user().countedBefore(op.word(1), field, l))
        .orElse(line);
  }

  // ---- mappings ----

  private static Answer mmap(Bench bench, Operation op, JsonObject recorded) {
    String protection = op.word(4);
    boolean shared =
        switch (op.word(5)) {
          case "s" -> true;
          case "p" -> false;
          default -> throw op.wrong("maps neither shared nor private");
        };
    MmapResult result =
        process(bench)
            .mmap(
                fd(bench, op),
                op.number(2),
                new Protection(protection.contains("r"), protection.contains("w")),
                shared,
                op.number(3));
    bench.user().mapped(result.mapping());
    return Answer.rc(result.rc());
  }

  private static Answer munmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<UserMapping> mapping = bench.user().mapping();
    mapping.ifPresent(UserMapping::munmap);
    bench.user().mapped(Optional.empty());
    return Answer.rc(mapping.isPresent() ? 0 : NO_MAPPING);
  }

  private static Answer touch(Bench bench, Operation op, JsonObject recorded) {
    byte[] value = {(byte) op.number(2)};
    Optional<UserMapping> mapping = bench.user().mapping();
    if (mapping.isEmpty()) {
      return Answer.rc(NO_MAPPING);
    }
    int signal = mapping.get().store(op.number(1), value);
    return signal == 0 ? Answer.rc(0) : new Answer().number("signal", signal);
  }

  private static Answer look(Bench bench, Operation op, JsonObject recorded) {
    byte[] value = new byte[1];
    Optional<UserMapping> mapping = bench.user().mapping();
    if (mapping.isEmpty()) {
      return Answer.rc(NO_MAPPING);
    }
    int signal = mapping.get().load(op.number(1), value);
    return signal == 0
        ? Answer.rc(0).number("byte", value[0] & 0xff)
        : new Answer().number("signal", signal);
  }

  // ---- ioctls ----

  private static Answer ioctl(Bench bench, Operation op, long request, byte[] argument) {
    return Answer.rc(process(bench).ioctl(fd(bench, op), request, argument));
  }

  private static ByteBuffer struct(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] u64(Operation op, int word) {
    return struct(Long.BYTES).putLong(op.number(word)).array();
  }

  private static Answer name(Bench bench, Operation op, JsonObject recorded) {
    String name = String.join(" ", op.words().subList(2, op.length()));
    return ioctl(
        bench,
        op,
        DmaBufIoctl.SET_NAME_B,
        (name + "\0").getBytes(StandardCharsets.UTF_8));
  }

  // ---- fences ----

  /** Nobody else runs while the runner waits: what is not ready now stays so. */
  private static Answer poll(Bench bench, Operation op, JsonObject recorded) {
    int fd = fd(bench, op);
    // do_pollfd() passes over negative descriptors, and answers POLLNVAL for others that are none.
    int ready = fd < 0 ? 0 : process(bench).poll(fd, (int) op.number(2));
    int revents = ready < 0 ? POLLNVAL : ready;
    return Answer.rc(revents == 0 ? 0 : 1).number("revents", revents);
  }

  private static Answer syncFile(Bench bench, Operation op, JsonObject recorded) {
    ByteBuffer argument = struct(8).putInt(0, (int) op.number(2));
    UserProcess process = process(bench);
    int rc = process.ioctl(fd(bench, op), DmaBufIoctl.EXPORT_SYNC_FILE, argument.array());
    Answer answer = Answer.rc(rc).number("got_fd", rc == 0 ? 1 : 0);
    if (rc != 0) {
      return answer;
    }
    int file = argument.getInt(4);
    bench.user().keepSyncFile(file);
    // Not every runner looked at what it got.
    if (!recorded.has("info_rc")) {
      return answer;
    }
    ByteBuffer info = struct(56);
    int infoRc = process.ioctl(file, DmaBufIoctl.SYNC_FILE_INFO, info.array());
    return answer
        .number("info_rc", infoRc)
        .number("status", info.getInt(32))
        .number("num_fences", info.getInt(40))
        .number("poll", process.poll(file, UserProcess.POLLIN));
  }

  private static Answer importSyncFile(Bench bench, Operation op, JsonObject recorded) {
    ByteBuffer argument =
        struct(8).putInt(0, (int) op.number(2)).putInt(4, bench.user().syncFile());
    return ioctl(bench, op, DmaBufIoctl.IMPORT_SYNC_FILE, argument.array());
  }
}
