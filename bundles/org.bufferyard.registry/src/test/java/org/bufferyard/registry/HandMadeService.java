package org.bufferyard.registry;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;

/** A registered service without a framework: properties, a maker, and how often it is held. */
final class HandMadeService<K> implements ComponentServiceObjects<K>, ServiceReference<K> {
  private static long nextId = 1;

  private final Map<String, Object> properties = new HashMap<>();
  private final Supplier<K> maker;
  private final AtomicInteger got = new AtomicInteger();
  private Bundle bundle;
  private final AtomicInteger ungot = new AtomicInteger();

  HandMadeService(String name, int ranking, Supplier<K> maker) {
    properties.put("component.name", name);
    properties.put("service.ranking", ranking);
    properties.put("service.id", nextId++);
    this.maker = maker;
  }

  HandMadeService<K> with(String key, Object value) {
    properties.put(key, value);
    return this;
  }

  /** Brought by a bundle of that number, in the state that it has since then. */
  HandMadeService<K> of(long bundleId, long lastModified) {
    bundle =
        (Bundle)
            Proxy.newProxyInstance(
                HandMadeService.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getBundleId" -> bundleId;
                      case "getLastModified" -> lastModified;
                      case "getSymbolicName" -> "bundle" + bundleId;
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return this;
  }

  /** No component brings it. */
  HandMadeService<K> withoutComponent() {
    properties.remove("component.name");
    return this;
  }

  HandMadeService<K> models(String... models) {
    return with("models", models);
  }

  int gets() {
    return got.get();
  }

  int ungets() {
    return ungot.get();
  }

  @Override
  public K getService() {
    got.incrementAndGet();
    return maker.get();
  }

  @Override
  public void ungetService(K service) {
    ungot.incrementAndGet();
  }

  @Override
  public ServiceReference<K> getServiceReference() {
    return this;
  }

  @Override
  public Object getProperty(String key) {
    return properties.get(key);
  }

  @Override
  public String[] getPropertyKeys() {
    return properties.keySet().toArray(String[]::new);
  }

  @Override
  public Bundle getBundle() {
    return bundle;
  }

  @Override
  public Bundle[] getUsingBundles() {
    return new Bundle[0];
  }

  @Override
  public boolean isAssignableTo(Bundle bundle, String className) {
    return true;
  }

  @Override
  public int compareTo(Object other) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Dictionary<String, Object> getProperties() {
    return new Hashtable<>(properties);
  }

  @Override
  public <A> A adapt(Class<A> type) {
    return null;
  }
}
