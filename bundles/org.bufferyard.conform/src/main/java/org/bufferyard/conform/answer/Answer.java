package org.bufferyard.conform.answer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.platform.spec.MachineSpec;

/** What the model answers to a command, in the recorder's own words and units. */
public final class Answer {
  /** Longer than any recorded transfer; a damaged line must not ask for all memory. */
  private static final int MAX_RUN = 1 << 24;

  private final JsonObject fields = new JsonObject();

  public static Answer rc(long rc) {
    return new Answer().number("rc", rc);
  }

  /** The object does not exist, because an earlier command failed. */
  public static Answer noObject() {
    return new Answer().put("err", new JsonPrimitive("noobj"));
  }

  public static Answer noDevice() {
    return new Answer().put("err", new JsonPrimitive("nodev"));
  }

  /**
   * The command killed the calling thread, with the signal that the runner saw: SIGSEGV from die(),
   * but SIGKILL from x86's page_fault_oops().
   */
  public static Answer oops(KernelOops death, MachineSpec.Architecture architecture) {
    boolean trap = death.getMessage().startsWith("kernel BUG");
    boolean killed = architecture == MachineSpec.Architecture.X86 && !trap;
    return new Answer().number("oops", killed ? 9 : 11);
  }

  /** How many dma-debug errors the command added; none is not written, nor after an oops. */
  public void errors(long count) {
    if (count != 0 && !fields.has("oops")) {
      number("dbg", count);
    }
  }

  public Answer number(String name, long value) {
    return put(name, new JsonPrimitive(value));
  }

  public Answer hex(String name, long value) {
    return put(name, new JsonPrimitive(hex(value)));
  }

  public Answer text(String name, String value) {
    return put(name, new JsonPrimitive(value));
  }

  public Answer texts(String name, List<String> values) {
    JsonArray list = new JsonArray();
    values.forEach(list::add);
    return put(name, list);
  }

  public Answer put(String name, JsonElement value) {
    fields.add(name, value);
    return this;
  }

  public JsonObject fields() {
    return fields;
  }

  public static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** Bytes as run lengths, {@code [[value, count], …]}. */
  public static JsonArray runLengths(byte[] bytes) {
    JsonArray runs = new JsonArray();
    int start = 0;
    for (int i = 1; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] != bytes[start]) {
        JsonArray run = new JsonArray();
        run.add(bytes[start] & 0xff);
        run.add(i - start);
        runs.add(run);
        start = i;
      }
    }
    return runs;
  }

  /** The reverse of {@link #runLengths}; what is no run is left out. */
  public static byte[] bytes(JsonArray runLengths) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (JsonElement element : runLengths) {
      if (element instanceof JsonArray run && run.size() == 2) {
        long value = RecordedPlaces.number(run.get(0)).orElse(0L);
        long count = RecordedPlaces.number(run.get(1)).orElse(0L);
        byte[] same = new byte[(int) Math.clamp(count, 0, MAX_RUN)];
        Arrays.fill(same, (byte) value);
        bytes.writeBytes(same);
      }
    }
    return bytes.toByteArray();
  }
}
