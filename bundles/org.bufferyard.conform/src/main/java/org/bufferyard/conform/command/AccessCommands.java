package org.bufferyard.conform.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.yard.YardDevice;

/**
 * Bytes: fill and peek through the CPU's pages, cfill and cpeek through an allocation's own mapping,
 * devw and devr through the memory behind a device address, edu by the card itself, iova for the
 * translation alone.
 */
final class AccessCommands {
  /** On-card memory of the emulated card. */
  private static final int CARD_BYTES = 4096;

  private static final int MOST_OF_A_BEAT = 4;

  private AccessCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("fill", AccessCommands::fill);
    commands.put("peek", AccessCommands::peek);
    commands.put("cfill", AccessCommands::cpuFill);
    commands.put("cpeek", AccessCommands::cpuPeek);
    commands.put("devw", AccessCommands::deviceWrite);
    commands.put("devr", AccessCommands::deviceRead);
    commands.put("edu", AccessCommands::card);
    commands.put("iova", AccessCommands::iova);
  }

  private static Answer fill(Bench bench, Operation op, JsonObject recorded) {
    long phys = bench.page(op, op.word(1)) + op.number(2);
    bench.state().memory().fill(phys, op.number(3), (byte) op.number(4));
    return Answer.rc(0);
  }

  private static Answer peek(Bench bench, Operation op, JsonObject recorded) {
    long phys = bench.page(op, op.word(1)) + op.number(2);
    byte[] bytes = new byte[length(op, op.number(3))];
    bench.state().memory().read(phys, bytes, 0, bytes.length);
    return new Answer().put("bytes", Answer.runLengths(bytes)).number("rc", 0);
  }

  private static int length(Operation op, long length) {
    if (length < 0 || length > 1 << 26) {
      throw op.wrong("has an impossible length " + length);
    }
    return (int) length;
  }

  private static Optional<CpuMapping> cpuMapping(Bench bench, Operation op) {
    return bench.allocation(op.word(1)).flatMap(bench.dma()::cpuMapping);
  }

  private static Answer cpuFill(Bench bench, Operation op, JsonObject recorded) {
    Optional<CpuMapping> mapping = cpuMapping(bench, op);
    if (mapping.isEmpty()) {
      return Answer.noObject();
    }
    byte[] bytes = new byte[length(op, op.number(3))];
    Arrays.fill(bytes, (byte) op.number(4));
    mapping.get().write(op.number(2), bytes, 0, bytes.length);
    return Answer.rc(0);
  }

  private static Answer cpuPeek(Bench bench, Operation op, JsonObject recorded) {
    Optional<CpuMapping> mapping = cpuMapping(bench, op);
    if (mapping.isEmpty()) {
      return Answer.noObject();
    }
    byte[] bytes = new byte[length(op, op.number(3))];
    mapping.get().read(op.number(2), bytes, 0, bytes.length);
    return new Answer().put("bytes", Answer.runLengths(bytes)).number("rc", 0);
  }

  private static Answer deviceWrite(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    long address = bench.address(op, op.word(2)) + op.number(3);
    byte[] bytes = new byte[length(op, op.number(4))];
    Arrays.fill(bytes, (byte) op.number(5));
    for (int at = 0; at < bytes.length; ) {
      long phys = bench.behind(device.get(), address + at);
      int length = (int) Math.min(bytes.length - at, PageRef.SIZE - (phys & PageRef.SIZE - 1));
      if (phys == 0 || phys == -1L) {
        return Answer.rc(Errno.EFAULT.rc());
      }
      // What answers beyond RAM takes the bytes without a word.
      if (bench.state().memory().isRam(phys)) {
        bench.state().memory().write(phys, bytes, at, length);
      }
      if (!bench.isObject(op.word(2))) {
        bench.wroteForeign(phys);
      }
      at += length;
    }
    return Answer.rc(0);
  }

  private static Answer deviceRead(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    long address = bench.address(op, op.word(2)) + op.number(3);
    byte[] bytes = new byte[length(op, op.number(4))];
    if (!bench.isObject(op.word(2)) && recorded.get("bytes") instanceof JsonArray runs) {
      learnForeign(bench, device.get(), address, runs);
    }
    int at = 0;
    int rc = 0;
    while (at < bytes.length) {
      long phys = bench.behind(device.get(), address + at);
      if (!bench.state().memory().isRam(phys)) {
        rc = Errno.EFAULT.rc();
        break;
      }
      int length = (int) Math.min(bytes.length - at, PageRef.SIZE - (phys & PageRef.SIZE - 1));
      bench.state().memory().read(phys, bytes, at, length);
      at += length;
    }
    return new Answer()
        .hex("phys", bench.behind(device.get(), address))
        .put("bytes", Answer.runLengths(Arrays.copyOf(bytes, at)))
        .number("rc", rc);
  }

  private static void learnForeign(
      Bench bench, YardDevice device, long address, JsonArray runLengths) {
    byte[] bytes = Answer.bytes(runLengths);
    for (int at = 0; at < bytes.length; ) {
      long phys = bench.behind(device, address + at);
      int length = (int) Math.min(bytes.length - at, PageRef.SIZE - (phys & PageRef.SIZE - 1));
      bench.learnForeignBytes(phys, Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
  }

  /** A transfer by the card, through its own bus; a refused one leaves its target as it was. */
  private static Answer card(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    byte[] card = bench.card(op.word(1), CARD_BYTES);
    long address = bench.address(op, op.word(3));
    int length = length(op, op.number(4));
    if (length > card.length) {
      throw op.wrong("moves more than the card holds");
    }
    boolean write =
        switch (op.word(2)) {
          case "rd" -> false;
          case "wr" -> true;
          default -> throw op.wrong("neither reads nor writes");
        };
    DeviceBus bus = bench.state().bus(device.get());
    for (int done = 0; done < length; ) {
      long at = address + done;
      int left = length - done;
      Optional<Fault> fault =
          write ? bus.write(at, card, done, left) : bus.read(at, card, done, left);
      if (fault.isEmpty() || !goesOn(bench)) {
        break;
      }
      long refused = fault.get().address();
      done = (int) (refused - address) + beat(refused, length - (int) (refused - address));
    }
    return new Answer().hex("addr", address).number("busy", 0).number("rc", 0);
  }

  /**
   * The emulated machine sends what its SMMU refuses on, beat by beat, and each beat faults anew.
   * VT-d records one fault of a source until the kernel has cleared it.
   */
  private static boolean goesOn(Bench bench) {
    return bench.boot().board().machine().architecture() == MachineSpec.Architecture.ARM64;
  }

  /** QEMU's memory_access_size() where nothing answers: at most four bytes, aligned. */
  private static int beat(long address, int left) {
    int aligned = (int) Math.min(MOST_OF_A_BEAT, Long.lowestOneBit(address | MOST_OF_A_BEAT));
    return Math.min(aligned, Integer.highestOneBit(left));
  }

  private static Answer iova(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    long address = bench.address(op, op.word(2));
    long end = address + op.number(3, 1);
    JsonArray phys = new JsonArray();
    for (long at = address;
        Long.compareUnsigned(at, end) < 0;
        at = (at & -PageRef.SIZE) + PageRef.SIZE) {
      phys.add(Answer.hex(bench.behind(device.get(), at)));
    }
    return new Answer()
        .hex("addr", address)
        .put("phys", phys)
        .text("domain", device.get().domain().map(d -> d.type().sysfs()).orElse("none"))
        .number("rc", 0);
  }
}
