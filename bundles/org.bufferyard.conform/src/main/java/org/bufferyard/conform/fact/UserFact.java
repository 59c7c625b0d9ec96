package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.dmabuf.DmaBufIoctl;
import org.bufferyard.api.dmabuf.Seals;
import org.bufferyard.api.dmabuf.UserMapping;
import org.bufferyard.api.dmabuf.UserProcess;
import org.bufferyard.api.dmabuf.UserProcess.Protection;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.Yards;

/**
 * What the self tests of heaps and udmabuf do in user space, as a process of a yard that has memory
 * and nothing else.
 */
public final class UserFact {
  private static final Pattern STRUCT = Pattern.compile("(\\d+)-byte struct");
  private static final Pattern FD = Pattern.compile("on fd (\\d+)");
  private static final Pattern LENGTH = Pattern.compile("(PAGE|\\d+)(?:\\s*([*/])\\s*(\\d+))?");

  private static final int HEAP_STRUCT_BYTES = 24;
  private static final long RAM_BYTES = 64L << 20;

  // The sizes of tools/testing/selftests/drivers/dma-buf/udmabuf.c.
  private static final long MEMFD_BYTES = 8L << 20;
  private static final int ENTRIES = 4;
  private static final long ENTRY_BYTES = 4 * PageRef.SIZE;

  private final Yards yards;

  public UserFact(Yards yards) {
    this.yards = yards;
  }

  private long in(ToLongFunction<UserProcess> calls) {
    MachineSpec machine =
        new MachineSpec(
            MachineSpec.Architecture.ARM64,
            0xffff_ffffL,
            false,
            false,
            Optional.empty(),
            MachineSpec.Bounce.NONE,
            MachineSpec.IommuMode.STRICT);
    PlatformSpec board =
        new PlatformSpec(
            "facts",
            machine,
            List.of(new MemorySpec("ram", new PhysRange(0x4000_0000L, RAM_BYTES))),
            List.of(),
            List.of(),
            List.of());
    try (Yard yard = yards.open(board, YardOptions.fidelity(KernelProfile.DEFAULT))) {
      return yard.call(
          state -> {
            UserProcess process = state.dmaBufs().newProcess();
            long answer = calls.applyAsLong(process);
            process.exit();
            return answer;
          });
    }
  }

  // ---- heaps ----

  /** Empty when the operation is none of the heap ioctl's. */
  public Optional<JsonObject> heap(String op, JsonObject input, JsonObject expected) {
    if (!op.contains("ioctl")) {
      return Optional.empty();
    }
    Matcher struct = STRUCT.matcher(op);
    int size = struct.find() ? Integer.parseInt(struct.group(1)) : HEAP_STRUCT_BYTES;
    Matcher fd = FD.matcher(op);
    Optional<Integer> wrongFd =
        fd.find() ? Optional.of(Integer.parseInt(fd.group(1))) : Optional.empty();
    ByteBuffer data =
        ByteBuffer.allocate(Math.max(HEAP_STRUCT_BYTES, size)).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(0, number(input, "len", 1 << 20));
    data.putInt(12, (int) number(input, "fdFlags", UserProcess.O_CLOEXEC | 2));
    data.putLong(16, number(input, "heapFlags", 0));
    byte[] argument = Arrays.copyOf(data.array(), size);
    // _IOWR('H', 0, size)
    long request = 0xC000_4800L | (long) size << 16;
    long rc =
        in(p -> p.ioctl(wrongFd.orElseGet(() -> p.open("/dev/dma_heap/system")), request, argument));
    return Optional.of(withRc(rc, expected));
  }

  /** A self test that looks at the sign only is answered with the sign. */
  private static JsonObject withRc(long rc, JsonObject expected) {
    JsonObject answer = new JsonObject();
    JsonElement wanted = expected.get("rc");
    boolean signOnly =
        wanted != null && wanted.isJsonPrimitive() && wanted.getAsJsonPrimitive().isString();
    if (signOnly) {
      answer.addProperty("rc", rc < 0 ? "<0" : ">=0");
    } else {
      answer.addProperty("rc", rc);
    }
    return answer;
  }

  private static long number(JsonObject input, String name, long absent) {
    return input.has(name) ? input.get(name).getAsLong() : absent;
  }

  // ---- udmabuf ----

  /** Empty when the operation is none of udmabuf's. */
  public Optional<JsonObject> udmabuf(String op, JsonObject input, JsonObject expected) {
    boolean huge = input.has("hugepages") && input.get("hugepages").getAsBoolean();
    if (op.equals("UDMABUF_CREATE")) {
      long rc = in(p -> Math.min(0, create(p, memfd(p, seals(input), huge), input)));
      return Optional.of(withRc(rc, expected));
    }
    if (!op.startsWith("CREATE_LIST")) {
      return Optional.empty();
    }
    boolean pinFirst = op.contains("before first memfd write");
    JsonObject answer = new JsonObject();
    answer.addProperty(
        "dmabufSeesMemfdWrites", in(p -> seesWrites(p, seals(input), huge, pinFirst)) == 1);
    return Optional.of(answer);
  }

  /** SHRINK where the fact names none, as the self test does. */
  private static int seals(JsonObject input) {
    if (!(input.get("memfdSeals") instanceof JsonArray names)) {
      return Seals.SHRINK;
    }
    int seals = 0;
    for (JsonElement name : names) {
      seals |=
          switch (name.getAsString()) {
            case "SEAL" -> Seals.SEAL;
            case "SHRINK" -> Seals.SHRINK;
            case "GROW" -> Seals.GROW;
            case "WRITE" -> Seals.WRITE;
            case "FUTURE_WRITE" -> Seals.FUTURE_WRITE;
            default -> throw new IllegalArgumentException("no seal is called " + name);
          };
    }
    return seals;
  }

  private static int memfd(UserProcess process, int seals, boolean huge) {
    int fd =
        process.memfdCreate(
            UserProcess.MFD_ALLOW_SEALING | (huge ? UserProcess.MFD_HUGETLB : 0));
    process.ftruncate(fd, MEMFD_BYTES);
    process.addSeals(fd, seals);
    return fd;
  }

  private static int create(UserProcess process, int memfd, JsonObject input) {
    ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(0, input.has("memfd") ? input.get("memfd").getAsInt() : memfd);
    data.putLong(8, length(input, "offset"));
    data.putLong(16, length(input, "size"));
    return process.ioctl(
        process.open("/dev/udmabuf"), DmaBufIoctl.UDMABUF_CREATE, data.array());
  }

  /** A number of bytes, or {@code PAGE} times or by a number. */
  private static long length(JsonObject input, String name) {
    String text = input.has(name) ? input.get(name).getAsString() : "0";
    Matcher matcher = LENGTH.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name + " is " + text);
    }
    long unit = matcher.group(1).equals("PAGE") ? PageRef.SIZE : Long.parseLong(matcher.group(1));
    if (matcher.group(2) == null) {
      return unit;
    }
    long by = Long.parseLong(matcher.group(3));
    return matcher.group(2).equals("*") ? unit * by : unit / by;
  }

  /** Pieces of the memfd as one buffer; 1 when both show the same bytes after a write. */
  private static long seesWrites(UserProcess process, int seals, boolean huge, boolean pinFirst) {
    int memfd = memfd(process, seals, huge);
    UserMapping file = mapped(process, memfd, MEMFD_BYTES);
    if (!pinFirst) {
      write(file, (byte) 'a');
    }
    ByteBuffer list = ByteBuffer.allocate(8 + ENTRIES * 24).order(ByteOrder.LITTLE_ENDIAN);
    list.putInt(4, ENTRIES);
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < ENTRIES; i++) {
      offsets.add(i * (MEMFD_BYTES / ENTRIES));
      list.putInt(8 + i * 24, memfd);
      list.putLong(16 + i * 24, offsets.get(i));
      list.putLong(24 + i * 24, ENTRY_BYTES);
    }
    int fd =
        process.ioctl(
            process.open("/dev/udmabuf"), DmaBufIoctl.UDMABUF_CREATE_LIST, list.array());
    if (fd < 0) {
      return 0;
    }
    UserMapping buffer = mapped(process, fd, ENTRIES * ENTRY_BYTES);
    write(file, (byte) 'b');
    byte[] ofFile = new byte[(int) ENTRY_BYTES];
    byte[] ofBuffer = new byte[(int) ENTRY_BYTES];
    boolean same = true;
    for (int i = 0; i < ENTRIES; i++) {
      same &= file.load(offsets.get(i), ofFile) == 0;
      same &= buffer.load(i * ENTRY_BYTES, ofBuffer) == 0;
      same &= Arrays.equals(ofFile, ofBuffer) && ofBuffer[0] == 'b';
    }
    return same ? 1 : 0;
  }

  private static UserMapping mapped(UserProcess process, int fd, long length) {
    return process
        .mmap(fd, length, Protection.READ_WRITE, true, 0)
        .mapping()
        .orElseThrow(() -> new IllegalArgumentException("descriptor " + fd + " cannot be mapped"));
  }

  private static void write(UserMapping mapping, byte value) {
    byte[] page = new byte[(int) PageRef.SIZE];
    Arrays.fill(page, value);
    for (long at = 0; at < mapping.sizeBytes(); at += page.length) {
      mapping.store(at, page);
    }
  }
}
