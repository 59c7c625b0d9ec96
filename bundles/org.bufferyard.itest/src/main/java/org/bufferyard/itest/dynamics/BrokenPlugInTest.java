package org.bufferyard.itest.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.Models;
import org.bufferyard.platform.registry.Kinds;
import org.example.broken.BrokenPlugIns;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/**
 * A plug-in of a higher ranking breaks: the command ends with one line that names it, it is listed
 * as quarantined, and the next command is served by the one that it had shadowed.
 */
public final class BrokenPlugInTest {
  private static final String BOARD = "launch/yards/thread-2017/board.topology";

  @InjectBundleContext BundleContext context;
  @InjectService Kinds kinds;
  private Terminal terminal;

  @BeforeEach
  void open() {
    terminal = new Terminal(context);
  }

  private <K> K whole(Class<K> type, String model) {
    return kinds.choose(type, model, Flavour.FIDELITY).orElseThrow();
  }

  @Test
  void anAllocatorThatThrowsInOpen() {
    breaks(
        AllocatorKind.class,
        "coherent-pool",
        new BrokenPlugIns.ThrowsInOpen(),
        "codec scaler",
        "broke in open(): java.lang.IllegalStateException: cannot read my.properties");
  }

  @Test
  void anAllocatorThatHandsOutMemoryInUse() {
    breaks(
        AllocatorKind.class,
        "buddy",
        new BrokenPlugIns.Overlaps(whole(AllocatorKind.class, "buddy")),
        "scaler codec --size 68K",
        "from allocate(), which overlap a range that is live");
  }

  @Test
  void anIovaAllocatorThatOpensToNull() {
    breaks(
        IovaAllocatorKind.class,
        "iova",
        new BrokenPlugIns.OpensToNull(),
        "codec scaler",
        "returned null from open()");
  }

  @Test
  void anIommuThatLacksAClass() {
    breaks(
        IommuKind.class,
        "samsung,exynos-sysmmu",
        new BrokenPlugIns.LacksAClass(),
        "codec scaler",
        "broke in open(): java.lang.NoClassDefFoundError: org/example/gone/PageTable");
  }

  @Test
  void opsThatThrowWhenAnImporterMaps() {
    breaks(
        DmaBufOpsKind.class,
        "vb2-contig",
        new BrokenPlugIns.ThrowsInMapSg(whole(DmaBufOpsKind.class, "vb2-contig")),
        "codec scaler",
        "broke in mapSg(): java.lang.ArrayIndexOutOfBoundsException: Array index out of range: 7");
  }

  @Test
  void aDeviceThatHasNoHardware() {
    breaks(
        DeviceKind.class,
        "samsung,mfc-v8",
        new BrokenPlugIns.HasNoHardware(whole(DeviceKind.class, "samsung,mfc-v8")),
        "codec scaler",
        "broke in open(): java.lang.UnsupportedOperationException: not written yet");
  }

  private <K> void breaks(Class<K> type, String model, K broken, String devices, String how) {
    String[] question = ("explain " + BOARD + " " + devices).split(" ");
    String answer = terminal.run(question).answer();
    // One for each flavour, or one for both.
    List<String> before = states(type, model, "");
    assertTrue(!before.isEmpty() && before.stream().allMatch("USED"::equals), before::toString);
    Dictionary<String, Object> properties =
        new Hashtable<>(Map.of(Models.KEY, model, Constants.SERVICE_RANKING, 1000));
    ServiceRegistration<K> registration = context.registerService(type, broken, properties);
    try {
      String complaint = terminal.run(question).complaint();
      assertTrue(
          complaint.startsWith("bufferyard: " + type.getSimpleName() + " '" + model + "' of '"),
          complaint);
      assertTrue(complaint.contains("(" + broken.getClass().getName() + ") "), complaint);
      assertTrue(
          complaint.endsWith(how + "; it is out of use now: update or remove it"), complaint);
      List<String> expected = new ArrayList<>(List.of("QUARANTINED"));
      expected.addAll(before);
      assertEquals(expected, states(type, model, how));
      assertEquals(answer, terminal.run(question).answer());
      assertNoYardIsLeft();
    } finally {
      registration.unregister();
    }
    assertEquals(answer, terminal.run(question).answer());
    assertEquals(before, states(type, model, ""));
  }

  /** What {@code why} says of those who answer to a model, the highest ranking first. */
  private List<String> states(Class<?> type, String model, String firstReason) {
    JsonElement answer =
        JsonParser.parseString(terminal.run("why", "--format", "json", model).answer());
    List<JsonObject> lines =
        StreamSupport.stream(
                answer.getAsJsonObject().getAsJsonArray("services").spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .filter(line -> line.get("kind").getAsString().equals(type.getSimpleName()))
            .filter(line -> line.get("model").getAsString().equals(model))
            .toList();
    String reason = lines.getFirst().get("reason").getAsString();
    assertTrue(reason.endsWith(firstReason), reason);
    return lines.stream().map(line -> line.get("state").getAsString()).toList();
  }

  private static void assertNoYardIsLeft() {
    List<String> yards =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> name.startsWith("yard "))
            .toList();
    assertEquals(List.of(), yards);
  }
}
