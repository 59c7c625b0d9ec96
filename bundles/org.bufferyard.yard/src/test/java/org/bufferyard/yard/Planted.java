package org.bufferyard.yard;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;

/**
 * A plug-in that does what another does, as somebody else: its kind and its instances are objects of
 * their own, and a trap is asked before every call.
 */
final class Planted implements InvocationHandler {
  private static final Set<Class<?>> INSTANCES =
      Set.of(
          Allocator.class,
          BouncePool.class,
          IovaAllocator.class,
          Iommu.class,
          IommuDomain.class,
          DmaBufOps.class,
          BufferLifecycle.class,
          CpuAccessOps.class,
          Device.class);

  /** Asked before a method of the plug-in runs. */
  @FunctionalInterface
  interface Trap {
    void entering(String method, Object[] arguments) throws Throwable;
  }

  private final Object real;
  private final Trap trap;

  private Planted(Object real, Trap trap) {
    this.real = real;
    this.trap = trap;
  }

  static <K> K like(Class<K> type, K real) {
    return like(type, real, (method, arguments) -> {});
  }

  static <K> K like(Class<K> type, K real, Trap trap) {
    return type.cast(
        Proxy.newProxyInstance(
            Planted.class.getClassLoader(), new Class<?>[] {type}, new Planted(real, trap)));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "equals" -> {
        return proxy == arguments[0];
      }
      case "hashCode" -> {
        return System.identityHashCode(proxy);
      }
      case "toString" -> {
        return "planted " + real;
      }
      default -> trap.entering(method.getName(), arguments);
    }
    Object result = call(method, arguments);
    Class<?> type = method.getReturnType();
    return INSTANCES.contains(type)
        ? Proxy.newProxyInstance(
            Planted.class.getClassLoader(), new Class<?>[] {type}, new Planted(result, trap))
        : result;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    Object[] own = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < own.length; i++) {
      if (own[i] != null
          && Proxy.isProxyClass(own[i].getClass())
          && Proxy.getInvocationHandler(own[i]) instanceof Planted planted) {
        own[i] = planted.real;
      }
    }
    try {
      return method.invoke(real, own);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
