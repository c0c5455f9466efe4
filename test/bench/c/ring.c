// The algorithms of the hot path's ring and ring operators in C, as the limit to measure against.
// usage: ring push|all SECONDS; prints nanoseconds per sample.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GROUPS = 20, WIDTH = 12, CAPACITY = 256, FRAMES = 1000, BLOCK_BITS = 4 };
#define BAD 0x80000000u

typedef struct {
  double time[CAPACITY];
  double values[CAPACITY * WIDTH];
  uint32_t status[CAPACITY * WIDTH];
  uint32_t worst[CAPACITY];
  uint64_t sequence;
  int newest;
  int width;
} Ring;

typedef struct { double count, mean, squares, minimum, maximum; } Statistics;
typedef struct { double sum, compensation, covered; } Integral;

static Ring rings[GROUPS];
static Statistics statistics[GROUPS][(CAPACITY >> BLOCK_BITS) * WIDTH];
static double ewma[GROUPS][WIDTH];
static Integral integrals[GROUPS][WIDTH];
static double times[FRAMES], values[FRAMES * WIDTH];
static uint32_t status[FRAMES * WIDTH];

static int row_at(const Ring *ring, int age) { return (ring->newest - age) & (CAPACITY - 1); }

static void push(Ring *ring, int frame) {
  int row = (ring->newest + 1) & (CAPACITY - 1);
  int width = ring->width, to = row * width, from = frame * width;
  double *own = ring->values;
  uint32_t *own_status = ring->status, worst = 0;
  for (int c = 0; c < width; c++) {
    own[to + c] = values[from + c];
    worst |= status[from + c];
  }
  ring->worst[row] = worst;
  if (worst != 0)
    for (int c = 0; c < width; c++) own_status[to + c] = status[from + c];
  ring->time[row] = times[frame];
  ring->newest = row;
  ring->sequence++;
}

static void push_statistics(const Ring *ring, Statistics *all) {
  int row = ring->newest, lanes = ring->width, usable = ring->worst[row] < BAD;
  Statistics *block = all + (row >> BLOCK_BITS) * lanes;
  if ((row & ((1 << BLOCK_BITS) - 1)) == 0)
    for (int c = 0; c < lanes; c++) block[c] = (Statistics){0, 0, 0, INFINITY, -INFINITY};
  for (int c = 0; c < lanes; c++) {
    if (!usable && ring->status[row * lanes + c] >= BAD) continue;
    Statistics *s = block + c;
    double value = ring->values[row * lanes + c], difference = value - s->mean;
    double change = difference / ++s->count;
    s->mean += change;
    s->squares += difference * (difference - change);
    if (value < s->minimum) s->minimum = value;
    if (value > s->maximum) s->maximum = value;
  }
}

static void push_ewma(const Ring *ring, double *all) {
  int row = ring->newest, lanes = ring->width, usable = ring->worst[row] < BAD;
  for (int c = 0; c < lanes; c++) {
    int at = row * lanes + c;
    if (!usable && ring->status[at] >= BAD) continue;
    all[c] = isnan(all[c]) ? ring->values[at] : all[c] + 0.2 * (ring->values[at] - all[c]);
  }
}

static void push_integral(const Ring *ring, Integral *all) {
  if (ring->sequence < 2) return;
  int before = row_at(ring, 1);
  double step = ring->time[ring->newest] - ring->time[before];
  if (!(step > 0 && step <= 1000)) return;
  int lanes = ring->width, usable = ring->worst[ring->newest] < BAD && ring->worst[before] < BAD;
  for (int c = 0; c < lanes; c++) {
    int at = ring->newest * lanes + c, last = before * lanes + c;
    if (!usable && (ring->status[at] >= BAD || ring->status[last] >= BAD)) continue;
    double term = step / 2 * (ring->values[at] + ring->values[last]);
    double sum = all[c].sum, next = sum + term;
    all[c].compensation += fabs(sum) >= fabs(term) ? sum - next + term : term - next + sum;
    all[c].sum = next;
    all[c].covered += step;
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
  int all = argc > 1 && strcmp(argv[1], "all") == 0;
  double seconds = argc > 2 ? atof(argv[2]) : 1;
  uint32_t bits = 1;
  for (int i = 0; i < FRAMES * WIDTH; i++) {
    bits = bits * 1664525u + 1013904223u;
    values[i] = 230 + (bits >> 8) / 16777216.0 * 4;
  }
  for (int g = 0; g < GROUPS; g++) {
    rings[g].newest = CAPACITY - 1;
    rings[g].width = argc > 3 ? atoi(argv[3]) : WIDTH;
    for (int c = 0; c < WIDTH; c++) ewma[g][c] = NAN;
  }
  double began = 0, spent = 0, clock = 0;
  uint64_t samples = 0;
  for (int round = 0; round < 5 || spent < seconds; round++) {
    if (round == 5) {
      began = now();
      samples = 0;
    }
    for (int f = 0; f < FRAMES; f++) times[f] = clock += 20;
    for (int f = 0; f < FRAMES; f++)
      for (int g = 0; g < GROUPS; g++) {
        push(&rings[g], f);
        if (!all) continue;
        push_statistics(&rings[g], statistics[g]);
        push_ewma(&rings[g], ewma[g]);
        push_integral(&rings[g], integrals[g]);
      }
    samples += (uint64_t)FRAMES * GROUPS * WIDTH;
    if (round >= 5) spent = now() - began;
  }
  double check = rings[3].values[5] + statistics[1][2].squares + ewma[2][3] + integrals[4][5].sum;
  fprintf(stderr, "%g\n", check + statistics[1][1].minimum);
  printf("%.4f\n", spent * 1e9 / (double)samples);
  return 0;
}
