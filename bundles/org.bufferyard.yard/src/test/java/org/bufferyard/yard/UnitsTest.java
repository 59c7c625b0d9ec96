package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.input.NoTableFormatException;
import org.bufferyard.platform.registry.PlugInException;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.TranslationCache;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;

/** IOMMUs as a yard opens them: counted, disabled, refused, missing, broken. */
final class UnitsTest {
  private final Bench bench = new Bench().iommu("mmu", "fake,iommu");

  @Test
  void theCachesOfIommusThatCountAreListedInBoardOrder() {
    bench.iommu("left", "fake,iommu").iommu("dart", "apple,t8103-dart");
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            s.bus(s.device("s0")).read(0x1000, new byte[1], 0, 1);
            return null;
          });
      assertEquals(
          List.of(
              new TranslationCache("mmu", "mmu", new TlbCounts(0, 1, 0, 0, 0)),
              new TranslationCache("left", "left", TlbCounts.NONE)),
          yard.call(YardState::translationCaches),
          "nobody brings the last one");
    }
  }

  @Test
  void aParameterThatAKindRefusesIsBadInput() {
    bench.kinds.put(
        IommuKind.class,
        "fake,iommu",
        (IommuKind)
            (unit, context) -> {
              throw new IllegalArgumentException("fake mmu: bits 'many' is no number");
            });
    assertEquals(
        "fake mmu: bits 'many' is no number",
        assertThrows(BadInputException.class, bench::open).getMessage());
  }

  @Test
  void anIommuErrorMeansNoIommuAndAMessage() {
    bench.kinds.put(
        IommuKind.class,
        "fake,iommu",
        (IommuKind)
            (unit, context) -> {
              FakeIommu iommu = new FakeIommu(unit.id(), context, bench.kinds.calls);
              iommu.attachResult = -19;
              return iommu;
            });
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertEquals(Optional.empty(), s.device("s0").domain());
            assertTrue(
                s.events().since(0).stream()
                    .anyMatch(e -> e instanceof KernelMessage m && m.text().contains("-ENODEV")));
            return null;
          });
      assertTrue(bench.kinds.calls.contains("close table of mmu"), "nothing of the group is left");
    }
  }

  @Test
  void windowsOutsideTheApertureMeanDirectDma() {
    bench.device(
        new Bench.Part("far").behind("mmu", 1).window(0x4000_0000L, 0x10_0000_0000L, 0x1000_0000L));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertEquals(Optional.empty(), s.device("far").domain());
            assertTrue(
                s.events().since(0).stream()
                    .anyMatch(
                        e ->
                            e instanceof KernelMessage m
                                && m.text().contains("retaining platform DMA ops")));
            return null;
          });
    }
  }

  @Test
  void aDisabledIommuIsNone() {
    bench.iommus.clear();
    bench.iommus.add(new IommuSpec("mmu", "mmu", "nobody,brings-it", false, Map.of()));
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      assertEquals(Optional.empty(), yard.call(s -> s.device("s0").domain()));
    }
  }

  @Test
  void anIommuThatNobodyBringsStopsWhatNeedsItsTable() {
    bench.iommu("dart", "apple,t8103-dart");
    bench.device(new Bench.Part("s0").behind("dart", 1)).device("plain");
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            Domain domain = Bench.domain(s.device("s0"));
            assertEquals(DomainType.DMA, domain.type());
            assertEquals(0, domain.table().iovaToPhys(0x1000), "nothing is mapped");
            NoTableFormatException stop =
                assertThrows(NoTableFormatException.class, () -> domain.table().geometry());
            assertEquals(
                "IOMMU 'dart': no table format bundled for 'apple,t8103-dart'; install a bundle"
                    + " that brings it, or disable the IOMMU in the board",
                stop.getMessage());
            assertThrows(
                NoTableFormatException.class, () -> domain.table().map(0, 0, 4096, 1, 3));
            assertTrue(
                s.bus(s.device("s0")).read(0x4000_0000L, new byte[4], 0, 4).isPresent(),
                "an access that nothing maps faults");
            s.recreate(List.of("plain", "s0"));
            assertTrue(
                s.events().since(0).stream()
                    .anyMatch(
                        e ->
                            e instanceof DmaEvent.PlatformChanged c
                                && c.element().equals("dart")
                                && c.what().contains("'apple,t8103-dart'")));
            return null;
          });
    }
  }

  @Test
  void passedThroughNoTableIsNeeded() {
    bench.mode(true, true);
    bench.iommu("dart", "apple,t8103-dart");
    bench.device(new Bench.Part("s0").behind("dart", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertEquals(DomainType.IDENTITY, Bench.domain(s.device("s0")).type());
            assertEquals(
                Optional.empty(), s.bus(s.device("s0")).read(0x4000_0000L, new byte[4], 0, 4));
            return null;
          });
    }
  }

  @Test
  void aStreamToNowhereIsBadInput() {
    bench.device(new Bench.Part("s0").behind("gone", 1));
    BadInputException bad = assertThrows(BadInputException.class, bench::open);
    assertEquals(
        "device 's0': names IOMMU 'gone', which the board does not have", bad.getMessage());
  }

  @Test
  void aContextIsOfNoUseAfterItsInstanceClosed() {
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    Yard yard = bench.open();
    var context = bench.kinds.iommus.getFirst().context;
    long table = yard.call(s -> context.allocTable(4096));
    yard.call(
        s -> {
          context.freeTable(table, 4096);
          return null;
        });
    yard.close();
    assertThrows(IllegalStateException.class, () -> context.allocTable(4096));
    assertThrows(IllegalStateException.class, context::memory);
    assertThrows(IllegalStateException.class, context::events);
  }

  @Test
  void anIommuThatThrowsIsNamed() {
    bench.kinds.put(
        IommuKind.class,
        "fake,iommu",
        (IommuKind)
            (unit, context) ->
                (Iommu)
                    java.lang.reflect.Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {Iommu.class},
                        (proxy, method, arguments) -> {
                          throw new NoClassDefFoundError("org/gone/Table");
                        }));
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    PlugInException failure = assertThrows(PlugInException.class, bench::open);
    assertTrue(
        failure.getMessage().contains(") broke in newDomain(): java.lang.NoClassDefFoundError"),
        failure.getMessage());
  }

  @Test
  void aDriverThatComesBackFindsNothingOfItsOwn() {
    bench.device(new Bench.Part("s0").behind("mmu", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          state -> {
            YardDevice before = state.device("s0");
            List<String> undone = new ArrayList<>();
            state
                .ledger()
                .add(
                    new MappingLedger.Entry(
                        MappingLedger.Kind.SINGLE, "s0", 0x1000, 4096, () -> undone.add("s0")));
            long mark = state.events().mark();
            YardDevice after = state.rebind(List.of("s0")).getFirst();
            assertNotSame(before, after);
            assertFalse(before.isPresent());
            assertEquals(List.of(), undone, "nothing was given back");
            assertEquals(0, state.ledger().size(), "and nobody knows of it any more");
            assertEquals(
                List.of(new DmaEvent.Unbound("s0"), new DmaEvent.Bound("s0")),
                state.events().since(mark));
            return null;
          });
    }
  }
}
