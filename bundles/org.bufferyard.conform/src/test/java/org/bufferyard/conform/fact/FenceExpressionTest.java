package org.bufferyard.conform.fact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaFences;
import org.bufferyard.api.dmabuf.DmaResv;
import org.junit.jupiter.api.Test;

/** How facts write containers of fences. */
class FenceExpressionTest {
  /** Understands every text and makes nothing. */
  private static final class Counting implements DmaFences {
    private int arrays;

    @Override
    public DmaResv reservation() {
      throw new AssertionError("no reservation is written");
    }

    @Override
    public DmaFence fence(long context, long seqno) {
      return stub();
    }

    @Override
    public DmaFence stub() {
      return (DmaFence)
          java.lang.reflect.Proxy.newProxyInstance(
              DmaFence.class.getClassLoader(),
              new Class<?>[] {DmaFence.class},
              (proxy, method, args) ->
                  switch (method.getName()) {
                    case "equals" -> proxy == args[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> throw new AssertionError(method);
                  });
    }

    @Override
    public DmaFence array(List<DmaFence> fences, boolean any) {
      arrays++;
      return stub();
    }

    @Override
    public DmaFence chain(Optional<DmaFence> previous, DmaFence fence, long seqno) {
      return stub();
    }

    @Override
    public FindResult findSeqno(DmaFence chain, long seqno) {
      throw new AssertionError("nothing is looked for");
    }

    @Override
    public List<DmaFence> links(DmaFence chain) {
      throw new AssertionError("nothing is walked");
    }

    @Override
    public List<DmaFence> unwrap(DmaFence fence) {
      throw new AssertionError("nothing is unwrapped");
    }

    @Override
    public DmaFence merge(List<DmaFence> fences) {
      return stub();
    }
  }

  private final Counting fences = new Counting();

  private boolean isUnderstood(String text) {
    return new FenceExpression(fences, text).value().isPresent();
  }

  @Test
  void containersStandInEachOther() {
    assertTrue(isUnderstood("chain(f1, array(f2,f3), merge(array(f4), f1))"));
    assertEquals(2, fences.arrays);
  }

  @Test
  void aNameIsOneFence() {
    FenceExpression expression = new FenceExpression(fences, "f1");
    DmaFence fence = expression.value().orElseThrow();
    assertEquals("f1", expression.nameOf(fence));
    assertEquals("", expression.nameOf(fences.stub()));
    assertEquals(fence, expression.value().orElseThrow());
  }

  @Test
  void whatIsNotUnderstoodIsNothing() {
    for (String text :
        List.of("", "(", "f1)", "array()", "array(f1", "heap(f1)", "f1,f2", "array(f1,)")) {
      assertEquals(Optional.empty(), new FenceExpression(fences, text).value(), text);
    }
    String deep = "array(".repeat(100) + "f1" + ")".repeat(100);
    assertEquals(Optional.empty(), new FenceExpression(fences, deep).value());
  }
}
